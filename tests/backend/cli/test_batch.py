"""`restored batch`: all of a folder, whatever happens to one of them."""

import json
import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.cli import console
from restored.cli.batchrun import BatchRun
from restored.cli.replaceable import check_page, check_report
from restored.files import FileOrder
from restored.files.ledger import Ledger, LedgerError
from restored.files.page import Page
from restored.files.walk import Names
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


@pytest.mark.slow
def test_every_picture_is_restored(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "deep" / "out")
    assert ran.code == 0
    assert "3 restored" in ran.out
    assert names(tmp_path / "deep" / "out") == [".restored-batch.jsonl", "a.png", "b.jpg", "c.tif"]
    assert len(somebody.said) == 6


@pytest.mark.slow
def test_one_bad_file_does_not_stop_the_rest(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    (folder / "b.jpg").write_bytes(b"broken")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json")
    said = json.loads(ran.out)
    assert ran.code == 1
    assert (said["done"], said["failed"]) == (2, 1)
    assert "b.jpg" in next(result["error"] for result in said["results"] if "error" in result)
    assert names(tmp_path / "out") == [".restored-batch.jsonl", "a.png", "c.tif"]
    assert "1 failed" in restored("batch", folder, "brighter", "-o", tmp_path / "out").out


@pytest.mark.slow
@pytest.mark.parametrize("code", ["model", "bad_plan"])
def test_what_would_fail_for_every_picture_is_said_once(
    restored: Run, somebody: Somebody, folder: Path, tmp_path: Path, code: str
) -> None:
    somebody.error = ClientError(code, "There is no such model.")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (1, "There is no such model.\n")
    assert len(somebody.said) == 1


@pytest.mark.slow
def test_an_interrupted_batch_goes_on_where_it_stopped(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    def second_fails() -> None:
        if len([wish for wish in somebody.said if not isinstance(wish, str)]) == 2:
            raise Cancelled

    somebody.before = second_fails
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json")
    assert ran.code == 130
    first = json.loads(ran.out)
    assert (first["done"], first["stopped"]) == (1, True)
    somebody.before = lambda: None
    somebody.said.clear()
    said = json.loads(restored("batch", folder, "brighter", "-o", tmp_path / "out", "--json").out)
    assert (said["done"], said["skipped"]) == (2, 1)
    assert sorted(result["file"] for result in first["results"] + said["results"]) == ["a.png", "b.jpg", "c.tif"]


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.usefixtures("somebody")
def test_results_of_two_instructions_are_not_mixed(restored: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert restored("batch", folder, "brighter", "-o", out).code == 0
    ran = restored("batch", folder, "much brighter", "-o", out)
    assert ran.code == 1
    assert "another instruction" in ran.err
    assert restored("batch", folder, "much brighter", "-o", out, "--again").code == 0


@pytest.mark.slow
def test_what_the_next_picture_would_meet_too_ends_it(restored: Run, somebody: Somebody, folder: Path, tmp_path: Path) -> None:
    somebody.error = ClientError("not_installed")
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out")
    assert ran.code == 1
    assert ran.err.count("not installed") == 1
    assert len([wish for wish in somebody.said if not isinstance(wish, str)]) == 1


@pytest.mark.usefixtures("somebody")
def test_pages_and_reports_take_nobody_s_place(restored: Run, folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "index.html"
    theirs.write_text("<html>my own")
    for option in ("--page", "--report"):
        ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", option, theirs)
        assert ran.code == 1
        assert "is there already" in ran.err
    assert theirs.read_text() == "<html>my own"
    assert not (tmp_path / "out").exists(), "said before the work"
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--page", tmp_path / "none" / "page.html")
    assert "does not exist" in ran.err
    assert not (tmp_path / "out").exists(), "said before the work"
    Page("a batch", "“brighter”").write(tmp_path / "ours.html", [])
    (tmp_path / "ours.jsonl").write_text('{"file": "a.png"}\n')
    (tmp_path / "empty").touch()
    check_page(tmp_path / "ours.html")
    for path in ("ours.jsonl", "empty", "none"):
        check_report(tmp_path / path, "file")
    with pytest.raises(console.Failure, match="such a report"):
        check_report(tmp_path / "ours.jsonl", "name")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is full")
def test_a_report_or_a_ledger_without_room_is_a_sentence(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = FileOrder(instruction="brighter")
    with Ledger(tmp_path / "out", wish) as ledger:
        run = BatchRun(folder, tmp_path / "out", wish, ledger, Names(folder, tmp_path / "out"), None, recursive=False)
        with open("/dev/full", "w") as run.lines, pytest.raises(console.Failure, match="What was done is done"):
            run.note({"file": "a.png", "error": "no"})
        run.note({"file": "a.png", "error": "no"})
        monkeypatch.setattr(ledger, "_file", open("/dev/full", "r+b"))  # noqa: SIM115 - closed by what fails
        for _ in range(2):
            with pytest.raises(LedgerError, match="cannot be noted"):
                ledger.add("a.png", (1, 1), tmp_path / "out" / "a.png", (1, 1))


def test_an_original_that_goes_away_before_its_turn_costs_no_other(folder: Path, tmp_path: Path) -> None:
    """It ended the batch there, and what came after it was not done."""
    wish = FileOrder(instruction="brighter")
    with Ledger(tmp_path / "out", wish) as ledger:
        run = BatchRun(folder, tmp_path / "out", wish, ledger, Names(folder, tmp_path / "out"), None, recursive=False)
        sources = run.sources()
        first = next(sources)
        (folder / "b.jpg").unlink()
        assert [job.name for job in run.jobs(chain([first], sources))] == ["a.png", "c.tif"]
    assert [row["file"] for row in run.results] == ["b.jpg"]
    assert "cannot be read" in run.results[0]["error"]


@pytest.mark.slow
def test_an_original_that_is_saved_anew_or_taken_away_meanwhile(
    restored: Run, somebody: Somebody, folder: Path, tmp_path: Path
) -> None:
    """Its new state was taken for done, and one that was gone ended the batch."""
    for name in ("b.jpg", "c.tif"):
        (folder / name).unlink()
    out = tmp_path / "out"
    somebody.before = lambda: Image.fromarray(np.full((9, 9, 3), 77, np.uint8)).save(folder / "a.png")
    assert json.loads(restored("batch", folder, "brighter", "-o", out, "--json").out)["done"] == 1
    somebody.before = lambda: (folder / "a.png").unlink()
    said = json.loads(restored("batch", folder, "brighter", "-o", out, "--json").out)
    assert (said["done"], said["failed"]) == (1, 0)
    assert Image.open(out / "a.png").size == (9, 9)


@pytest.mark.usefixtures("somebody")
def test_folders_that_do_not_fit(restored: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "not a folder" in restored("batch", folder / "a.png", "brighter", "-o", tmp_path / "o").err
    assert "of their own" in restored("batch", folder, "brighter", "-o", folder).err
    assert "no pictures" in restored("batch", tmp_path / "empty", "brighter", "-o", tmp_path / "o").err
    assert "cannot be written to" in restored("batch", folder, "brighter", "-o", folder / "a.png" / "x").err
    assert restored("batch", folder, "brighter").code == 2


@pytest.mark.slow
@pytest.mark.usefixtures("somebody")
def test_folders_inside_other_formats_and_what_is_left_alone(restored: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "inside").mkdir()
    Image.fromarray(np.full((4, 4, 3), 9, np.uint8)).save(folder / "inside" / "d.bmp")
    (folder / "._a.png").write_bytes(b"macOS")
    out = tmp_path / "out"
    ran = restored("batch", folder, "brighter", "-o", out)
    assert ran.code == 0
    for words in ("One folder inside", "--recursive", "1 .txt", "macOS"):
        assert words in ran.err
    ran = restored("batch", folder, "brighter", "-o", out, "--recursive", "--json")
    assert [row["result"] for row in json.loads(ran.out)["results"]] == ["inside/d.png"]
    assert restored("batch", folder, "brighter", "-o", tmp_path / "p", "-r", "--format", "webp", "--suffix", "-x").code == 0
    assert names(tmp_path / "p") == [".restored-batch.jsonl", "a-x.webp", "b-x.webp", "c-x.webp", "inside"]


@pytest.mark.slow
@pytest.mark.usefixtures("somebody")
def test_somebody_elses_file_is_not_overwritten(restored: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    Image.fromarray(np.full((4, 4, 3), 200, np.uint8)).save(out / "a.png")
    theirs = (out / "a.png").read_bytes()
    ran = restored("batch", folder, "brighter", "-o", out)
    assert (ran.code, (out / "a.png").read_bytes()) == (0, theirs)
    assert "1 left as they were" in ran.out
    assert "a.png” is there already" in ran.err
    assert restored("batch", folder, "brighter", "-o", out, "--on-conflict", "rename").code == 0
    assert (out / "a.png").read_bytes() == theirs
    assert (out / "a (2).png").is_file()
    assert restored("batch", folder, "brighter", "-o", out, "--on-conflict", "overwrite", "--again").code == 0
    assert (out / "a.png").read_bytes() != theirs


@pytest.mark.slow
@pytest.mark.usefixtures("somebody")
def test_results_whose_ledger_was_lost_are_known_by_their_recipes(restored: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert restored("batch", folder, "brighter", "-o", out).code == 0
    (out / ".restored-batch.jsonl").unlink()
    said = json.loads(restored("batch", folder, "brighter", "-o", out, "--json").out)
    assert (said["done"], said["skipped"], said["failed"]) == (0, 3, 0)


@pytest.mark.slow
@pytest.mark.usefixtures("somebody")
def test_a_report_and_a_page(restored: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "b.jpg").write_bytes(b"broken")
    report, page = tmp_path / "r.jsonl", tmp_path / "p.html"
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", "--report", report, "--page", page)
    assert ran.code == 1
    assert f"The page is in {page}" in ran.out
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert sorted(row["file"] for row in rows) == ["a.png", "b.jpg", "c.tif"]
    text = page.read_text("utf-8")
    assert "2 restored, 1 failed" in text
    assert text.count("data:image/jpeg;base64,") == 4


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    "arguments", [["--format", "gif"], ["--on-conflict", "maybe"], ["--suffix", "../x"], ["--quality", "0"]], ids=lambda a: a[0]
)
def test_wrong_options(restored: Run, folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    ran = restored("batch", folder, "brighter", "-o", tmp_path / "out", *arguments)
    assert ran.code == 2
    assert arguments[0] in ran.err
