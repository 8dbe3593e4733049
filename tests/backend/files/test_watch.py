"""A hot folder: each picture once, when it is wholly there."""

import threading
import time
from pathlib import Path

import pytest

from restored.files.watch import arriving

from .kit import photo


def test_pictures_come_once_they_are_whole(tmp_path: Path) -> None:
    pytest.importorskip("watchdog")
    folder, out = tmp_path / "in", tmp_path / "in" / "out"
    out.mkdir(parents=True)
    photo(folder / "old.png")
    stop, ready = threading.Event(), threading.Event()
    found: list[Path] = []

    def watch() -> None:
        for path in arriving(folder, recursive=True, leave_out=out, stopped=stop.is_set, ready=ready.set):
            found.append(path)

    thread = threading.Thread(target=watch)
    thread.start()
    assert ready.wait(10)
    whole = photo(tmp_path / "whole.png", (64, 64)).read_bytes()
    with open(folder / "slow.png", "wb") as file:  # in two pieces, further apart than a look
        file.write(whole[:100])
        file.flush()
        time.sleep(0.7)
        assert found == []
        file.write(whole[100:])
    (tmp_path / "whole.png").rename(folder / "moved.png")
    photo(out / "result.png")
    (folder / "notes.txt").write_text("no picture")
    until = time.monotonic() + 20
    while len(found) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    stop.set()
    thread.join(10)
    assert sorted(path.name for path in found) == ["moved.png", "slow.png"]
