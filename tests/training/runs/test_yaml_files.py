"""Run files and queues come from other people, too: what is in them costs no time and no memory, and ends as a sentence."""

import time
from pathlib import Path

import pytest

from restored_training.filling.training import load_run
from restored_training.machines.queue import load_queue
from restored_training.runs.config import ConfigError, load_config
from restored_training.runs.yaml_files import DEEPEST, parse_yaml, read_yaml

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join(['*a' + str(n - 1)] * 9)}]\n" for n in range(1, 30))
HOSTILE = {
    "aliases of aliases": BOMB,
    "an alias of itself": "a: &a [*a]",
    "a merge of itself": "a: &a {<<: *a}",
    "lists in lists": "[" * 5000,
    "maps in maps": "{a: " * 5000,
    "maps by indents": "".join(" " * n + "a:\n" for n in range(500)),
    "a number to the base 60": "a: 1" + ":59" * 60_000,
    "a fraction to the base 60": "a: 1" + ":59" * 60_000 + ".5",
    "a number of many digits": "a: " + "9" * 200_000,
    "an object": "!!python/object/apply:os.system [echo]",
    "no text": "\x00\x01\x02",
    "half a map": "{a: ",
    "a key that cannot be one": "{[1]: 2}",
    "a date that is none": "a: 2001-99-99",
    "two documents": "a: 1\n---\nb: 2",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("load", [load_config, load_queue, load_run])
def test_a_hostile_run_file_is_refused_at_once(tmp_path: Path, load, content: str) -> None:
    (tmp_path / "run.yaml").write_text(content)
    began = time.process_time()
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "run.yaml")
    assert time.process_time() - began < 30  # some took hours, or all memory
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize("load", [load_config, load_queue, load_run])
def test_what_is_no_file_of_a_sensible_size_is_refused(tmp_path: Path, load) -> None:
    (tmp_path / "run.yaml").write_text("a: b\n" * 100_000)
    for path in (tmp_path / "run.yaml", tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        with pytest.raises(ConfigError):
            load(path)


def test_it_reads_what_yaml_says(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: Zoë\nrate: 1e-3\nlist: [1, 2.5, true, null]\nnested: {a: {b: c}}\n", "utf-8")
    found = {"name": "Zoë", "rate": "1e-3", "list": [1, 2.5, True, None], "nested": {"a": {"b": "c"}}}
    assert read_yaml(tmp_path / "a.yaml") == found
    assert parse_yaml("") is None
    assert parse_yaml("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)) is not None
