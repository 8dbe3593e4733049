"""A queue trains its runs in turns, goes on where it was stopped, and ends when all are done."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from tiny import TINY

from restored_training.machines.queue import load_queue, steps_done, work
from restored_training.runs.config import ConfigError, load_config


@pytest.fixture
def queue_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESTORED_RUNS", str(tmp_path / "runs"))
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 255, (10, 12, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    for name, steps in (("one", 3), ("two", 2)):
        run = {
            "name": name,
            "steps": steps,
            "groups": 1,
            "group_size": 1,
            "patches": [{"from": 0.0, "size": 32}],
            "model": {"family": "swift", "hyperparameters": TINY},
            "data": {"photographs": str(photos), "scales": [1.0]},
            "optim": {"warmup": 1},
            "threads": 1,
        }
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(run))
    path = tmp_path / "queue.yaml"
    path.write_text(yaml.safe_dump({"runs": ["one.yaml", "two.yaml"], "minutes": 5}))
    return path


@pytest.mark.slow
def test_all_runs_are_done_in_the_end_and_a_stop_loses_nothing(queue_file: Path, tmp_path: Path) -> None:
    queue = load_queue(queue_file)
    one, two = (load_config(path) for path in queue.runs)
    told: list[str] = []
    asked = iter([False] * 4 + [True] * 100)
    work(queue, tell=told.append, stopped=lambda: next(asked))
    assert 0 < steps_done(one) < 3 or steps_done(two) < 2, "it stopped on the way"
    work(queue, tell=told.append)
    assert (steps_done(one), steps_done(two)) == (3, 2)
    assert told[-1] == "All runs of the queue are done."
    work(queue, tell=told.append)


@pytest.mark.parametrize("text", ["", "runs: []", "runs: 3", "minutes: 4", "runs: [a.yaml]\nminutes: 0"])
def test_a_file_that_is_no_queue_is_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "queue.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"queue\.yaml"):
        load_queue(path)
