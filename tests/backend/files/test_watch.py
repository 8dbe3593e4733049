"""A hot folder: each picture once, when it is wholly there."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.waiting import PATIENCE

from restored.files import watch
from restored.files.watch import arriving

from .kit import photo


@contextmanager
def watched(folder: Path, out: Path) -> Iterator[list[Path]]:
    """What has arrived so far, in a list that grows. An error of the watch is raised at the end."""
    pytest.importorskip("watchdog")
    stop, ready = threading.Event(), threading.Event()
    found: list[Path] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            for path in arriving(folder, recursive=True, leave_out=out, stopped=stop.is_set, ready=ready.set):
                found.append(path)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield found
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not failed, failed


def wait_for(found: list[Path], *names: str) -> None:
    until = time.monotonic() + PATIENCE
    while sorted(path.name for path in found) != sorted(names) and time.monotonic() < until:
        time.sleep(0.05)
    assert sorted(path.name for path in found) == sorted(names)


def test_what_else_happens_in_a_folder(tmp_path: Path) -> None:
    """Renamed, deleted, moved in with its folder, linked, in a circle, a folder that is called like a picture; and again."""
    folder, out = tmp_path / "in", tmp_path / "in" / "out"
    out.mkdir(parents=True)
    whole = photo(tmp_path / "whole.png", (64, 64))
    with watched(folder, out) as found:
        (folder / "circle.png").symlink_to("circle.png")
        (folder / "nowhere.png").symlink_to(tmp_path / "nowhere.png")
        (folder / "linked.png").symlink_to(whole)
        (folder / "folder.png").mkdir()
        shutil.copy2(whole, folder / "gone.png")
        (folder / "gone.png").unlink()
        shutil.copy2(whole, folder / "old name.png")
        (folder / "old name.png").rename(folder / "renamed.png")
        shutil.copy2(whole, folder / ".hidden.png")
        (tmp_path / "more").mkdir()
        shutil.copy2(whole, tmp_path / "more" / "inside.png")
        (tmp_path / "more").rename(folder / "more")
        wait_for(found, "linked.png", "renamed.png", "inside.png")
        shutil.copy2(whole, folder / "renamed.png")
        wait_for(found, "linked.png", "renamed.png", "inside.png", "renamed.png")


def test_what_arrives_while_the_first_ones_are_taken_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a thousand pictures takes an hour, in which more come; those that were there come once."""
    pytest.importorskip("watchdog")
    monkeypatch.setattr(watch, "QUIET", 0.0)
    there, late = photo(tmp_path / "there.png", (64, 64)), tmp_path / "late.png"
    half, whole = tmp_path / "half.png", there.read_bytes()
    half.write_bytes(whole[:20])

    def first() -> Iterator[Path]:
        yield there
        half.write_bytes(whole)
        photo(late, (64, 64))
        there.write_bytes(whole + b"more")
        yield half

    found = list[Path]()
    for path in arriving(
        tmp_path, recursive=False, leave_out=tmp_path / "out", stopped=lambda: {late, there} <= set(found[2:]), first=first()
    ):
        found.append(path)
    assert found[:2] == [there, half]
    assert sorted(found[2:]) == [late, there], "what was changed after it was taken comes again, what was not does not"


@pytest.mark.skipif(not watch.CLOSES, reason="this system does not tell who has a file open")
def test_a_file_that_is_still_being_written_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long whoever writes it pauses, in reason: a card reader, a slow network."""
    monkeypatch.setattr(watch, "QUIET", 0.0)
    monkeypatch.setattr(watch, "PAUSE", 1e6)
    (tmp_path / "in").mkdir()
    whole = photo(tmp_path / "whole.png", (64, 64)).read_bytes()
    with watched(tmp_path / "in", tmp_path / "out") as found:
        with open(tmp_path / "in" / "slow.png", "wb") as file:
            file.write(whole[:100])
            file.flush()
            (tmp_path / "in" / "after.png").write_bytes(whole)
            wait_for(found, "after.png")
            file.write(whole[100:])
        wait_for(found, "after.png", "slow.png")


def test_pictures_come_once_they_are_whole(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "in" / "out"
    out.mkdir(parents=True)
    photo(folder / "old.png")
    whole = photo(tmp_path / "whole.png", (64, 64)).read_bytes()
    with watched(folder, out) as found:
        with open(folder / "slow.png", "wb") as file:  # in two pieces, further apart than a look
            file.write(whole[:100])
            file.flush()
            time.sleep(0.7)
            assert found == []
            file.write(whole[100:])
        (tmp_path / "whole.png").rename(folder / "moved.png")
        photo(out / "result.png")
        (folder / "notes.txt").write_text("no picture")
        wait_for(found, "moved.png", "slow.png")


def test_a_folder_that_goes_away_is_said(tmp_path: Path) -> None:
    """Nothing arrives in it any more, and nobody would know why."""
    pytest.importorskip("watchdog")
    folder = tmp_path / "hot"
    folder.mkdir()
    arrived = arriving(folder, recursive=True, leave_out=tmp_path, stopped=lambda: False, ready=folder.rmdir)
    with pytest.raises(watch.WatchError, match="no longer there"):
        next(arrived)
