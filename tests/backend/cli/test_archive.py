"""`restored archive`: verbs, sentences and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.archive import work
from restored.cli import archive

from .conftest import Ran

Run = Callable[..., Ran]
ECHO = "restored.archive.echo:NegativeEngine"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(archive, "_model", lambda wish: ("echo", "", "0"))
    monkeypatch.setattr(work.Workbench.__init__, "__defaults__", (ECHO,))
    path = tmp_path / "in"
    (path / "deep").mkdir(parents=True)
    for index, name in enumerate(("a.png", "b.jpg", "deep/c.tif")):
        Image.fromarray(np.full((4, 4, 3), 40 * index, np.uint8)).save(path / name)
    (path / "notes.txt").write_text("not a picture")
    return path


@pytest.mark.slow
def test_plan_work_status_report(restored: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = restored("archive", "plan", folder, "invert it", "--to", out, "--shard", "2")
    assert ran.code == 0
    assert "3 pictures in 2 shards" in ran.out
    assert "1 .txt" in ran.err
    assert "0 of 3 pictures" in restored("archive", "status", out).out
    (folder / "b.jpg").write_bytes(b"broken")
    assert restored("archive", "work", out, "--shard", "1").code == 0
    assert restored("archive", "work", out, "--shard", "0").code == 1
    said = json.loads(restored("archive", "status", out, "--json").out)
    assert said == {"pictures": 3, "done": 2, "errors": 1, "waiting": 0, "shards": 2, "complete": 1}
    ran = restored("archive", "report", out, "-o", tmp_path / "r.jsonl")
    assert "b.jpg" in ran.err
    assert sorted(json.loads(line)["name"] for line in (tmp_path / "r.jsonl").read_text().splitlines()) == [
        "a.png",
        "b.jpg",
        "deep/c.tif",
    ]
    assert (out / "deep" / "c.tif").is_file()


@pytest.mark.parametrize(
    ("words", "doubted"),
    [("make me a sandwich", True), ("remove the noise", False), ("fix it", False), ("make it twice as large", False)],
)
def test_words_that_ask_for_nothing_are_said_before_the_work(
    words: str, doubted: bool, restored: Run, folder: Path, tmp_path: Path
) -> None:
    ran = restored("archive", "plan", folder, words, "--to", tmp_path / "o")
    assert ran.code == 0
    assert ("copied as it is" in ran.err) == doubted
    assert "in one shard" in ran.out
    assert "One other file was left alone" in ran.err
    said = json.loads(restored("archive", "plan", folder, words, "--to", tmp_path / "o", "--anew", "--json").out)
    assert (said["doubt"] is not None) == doubted


def test_no_words_are_no_plan(restored: Run, folder: Path, tmp_path: Path) -> None:
    ran = restored("archive", "plan", folder, "  ", "--to", tmp_path / "o")
    assert ran.code == 2
    assert "Tell me what is wrong" in ran.err
    assert not (tmp_path / "o").exists()


def test_wrong_usage_and_what_is_no_archive(restored: Run, folder: Path, tmp_path: Path) -> None:
    assert restored("archive", "plan", folder, "invert it").code == 2
    assert restored("archive", "plan", folder, "--to", tmp_path / "o").code == 2
    assert restored("archive", "plan", folder, "x", "--to", tmp_path / "o", "--format", "gif").code == 2
    assert restored("archive", "run", tmp_path, "--engine", "slurm").code == 2
    for verb in (["status"], ["report"], ["run"], ["work", "--shard", "0"]):
        ran = restored("archive", verb[0], tmp_path, *verb[1:])
        assert (ran.code, "There is no plan" in ran.err) == (1, True), verb
    ran = restored("archive", "plan", folder, "x", "--to", folder)
    assert "of their own" in ran.err
