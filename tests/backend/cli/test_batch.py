"""`restored batch`: all of a folder, whatever happens to one of them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored_client.wire.errors import Cancelled, ClientError

from .conftest import Ran, Somebody, names

Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures and something else."""
    path = tmp_path / "in"
    path.mkdir()
    for index, name in enumerate(("a.png", "b.jpg", "c.tif")):
        Image.fromarray(np.full((4, 4, 3), 40 * index, np.uint8)).save(path / name)
    (path / "notes.txt").write_text("not a picture")
    return path


def test_every_picture_is_restored(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "deep" / "out")
    assert ran.code == 0
    assert "3 restored" in ran.out
    assert names(tmp_path / "deep" / "out") == [".restored-batch.json", "a.png", "b.jpg", "c.tif"]
    assert len(somebody.said) == 6


def test_one_bad_file_does_not_stop_the_rest(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    (folder / "b.jpg").write_bytes(b"broken")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json")
    said = json.loads(ran.out)
    assert ran.code == 1
    assert (said["done"], said["failed"]) == (2, 1)
    assert "b.jpg" in next(result["error"] for result in said["results"] if "error" in result)
    assert names(tmp_path / "out") == [".restored-batch.json", "a.png", "c.tif"]
    assert "1 failed" in restored("batch", folder, "brighter", "-o", tmp_path / "out").out


@pytest.mark.parametrize("code", ["model", "bad_plan"])
def test_what_would_fail_for_every_picture_is_said_once(
    restored: Run, somebody: Somebody, folder: Path, tmp_path: Path, code: str
) -> None:
    somebody.error = ClientError(code, "There is no such model.")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (1, "There is no such model.\n")
    assert len(somebody.said) == 1


def test_an_interrupted_batch_goes_on_where_it_stopped(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    def second_fails() -> None:
        if len([wish for wish in somebody.said if not isinstance(wish, str)]) == 2:
            raise Cancelled

    somebody.before = second_fails
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json")
    assert ran.code == 130
    assert (json.loads(ran.out)["done"], json.loads(ran.out)["stopped"]) == (1, True)
    somebody.before = lambda: None
    somebody.said.clear()
    said = json.loads(restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json").out)
    assert (said["done"], said["skipped"]) == (2, 1)
    assert [result["file"] for result in said["results"]] == ["b.jpg", "c.tif"]


def test_a_changed_original_and_a_lost_result_are_done_again(
    restored: Run, somebody: Somebody, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert restored("batch", folder, "brighter", "-o", out).code == 0
    Image.fromarray(np.full((5, 5, 3), 9, np.uint8)).save(folder / "a.png")
    (out / "b.jpg").unlink()
    said = json.loads(restored("batch", folder, "brighter", "-o", out, "--json").out)
    assert [result["file"] for result in said["results"]] == ["a.png", "b.jpg"]
    assert json.loads(restored("batch", folder, "brighter", "-o", out, "--json", "--again").out)["done"] == 3


@pytest.mark.usefixtures("somebody")
def test_results_of_two_instructions_are_not_mixed(restored: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert restored("batch", folder, "brighter", "-o", out).code == 0
    ran = restored("batch", folder, "much brighter", "-o", out)
    assert ran.code == 1
    assert "another instruction" in ran.err
    assert restored("batch", folder, "much brighter", "-o", out, "--again").code == 0


def test_what_the_next_picture_would_meet_too_ends_it(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    somebody.error = ClientError("not_installed")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out")
    assert ran.code == 1
    assert ran.err.count("not installed") == 1
    assert len([wish for wish in somebody.said if not isinstance(wish, str)]) == 1


@pytest.mark.usefixtures("somebody")
def test_folders_that_do_not_fit(restored: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "not a folder" in restored("batch", folder / "a.png", "brighter", "-o", tmp_path / "o").err
    assert "of their own" in restored("batch", folder, "brighter", "-o", folder).err
    assert "no pictures" in restored("batch", tmp_path / "empty", "brighter", "-o", tmp_path / "o").err
    assert "cannot be made" in restored("batch", folder, "brighter", "-o", folder / "a.png" / "x").err
    assert restored("batch", folder, "brighter").code == 2
