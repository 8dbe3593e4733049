"""Many at once: one at a time for whoever restores, the next read and the last written meanwhile, within a bound."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.files import FileOrder, Loaded, load
from restored.files.isolated import Reader
from restored.files.makingway import file_mark
from restored.files.many import FileJob, FileOutcome, restore_many
from restored.files.walk import Names
from restored.io import PictureError, read_picture

from .kit import brighten, photo

WISH = FileOrder(instruction="brighten it")


class Here:
    """Reads in this process, so that a test can look."""

    def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
        return load(source, target, wish)

    def stop(self) -> None: ...
    def close(self) -> None: ...


def jobs(folder: Path, count: int, size: tuple[int, int] = (16, 12)) -> list[FileJob]:
    out = folder / "out"
    return [FileJob(photo(folder / f"{n}.png", size, n), out / f"{n}.png", f"{n}.png") for n in range(count)]


def test_all_are_restored_and_whoever_restores_is_never_asked_twice_at_once(tmp_path: Path) -> None:
    outcomes: list[FileOutcome] = []
    inside = threading.Lock()
    main = threading.current_thread()

    def alone(*arguments):
        assert threading.current_thread() is main
        assert inside.acquire(blocking=False)
        try:
            return brighten(*arguments)
        finally:
            inside.release()

    restore_many(jobs(tmp_path, 12), WISH, alone, outcomes.append, reader=Here, staging=tmp_path / "out" / "parts", show=True)
    assert sorted(outcome.job.name for outcome in outcomes) == sorted(f"{n}.png" for n in range(12))
    assert all(outcome.report is not None and outcome.pair is not None for outcome in outcomes)
    for number in range(12):
        before, after = read_picture(tmp_path / f"{number}.png").pixels, read_picture(tmp_path / "out" / f"{number}.png").pixels
        assert (after >= before).all()
    assert list((tmp_path / "out" / "parts").iterdir()) == []


def test_the_next_is_read_and_the_last_is_written_meanwhile(tmp_path: Path) -> None:
    """The second restoring waits until the third was read and the first was written: it never ends without overlap."""
    read, written = threading.Semaphore(0), threading.Semaphore(0)
    count = 0

    class Counted(Here):
        def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
            loaded = super().load(source, target, wish)
            read.release()
            return loaded

    def restore(*arguments):
        nonlocal count
        count += 1
        if count == 2:
            assert all(read.acquire(timeout=60) for _ in range(3))
            until = time.monotonic() + 60
            while not (tmp_path / "out" / "0.png").exists() and not (tmp_path / "out" / "1.png").exists():
                assert time.monotonic() < until
                time.sleep(0.01)
            written.release()
        return brighten(*arguments)

    restore_many(jobs(tmp_path, 4), WISH, restore, lambda outcome: None, reader=Counted)
    assert written.acquire(blocking=False)


def test_memory_is_bounded_and_the_largest_still_goes_through(tmp_path: Path) -> None:
    held = 0
    peak = 0
    lock = threading.Lock()

    class Counted(Here):
        def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
            nonlocal held, peak
            loaded = super().load(source, target, wish)
            with lock:
                held += 2 * loaded.nbytes
                peak = max(peak, held)
            return loaded

    def tell(outcome: FileOutcome) -> None:
        nonlocal held
        with lock:
            held -= 2 * 2 * 100 * 100 * 3

    each = 2 * 2 * 100 * 100 * 3
    restore_many(jobs(tmp_path, 10, (100, 100)), WISH, brighten, tell, reader=Counted, budget=3 * each)
    assert peak <= 5 * each  # three, and one more for each reader that had guessed too low
    peak = held = 0
    seen: list[FileOutcome] = []
    restore_many(jobs(tmp_path, 3, (100, 100)), WISH, brighten, seen.append, reader=Here, budget=1)
    assert len(seen) == 3


def test_errors_are_outcomes_and_the_hopeless_ends_it(tmp_path: Path) -> None:
    work = jobs(tmp_path, 5)
    work[1].source.write_bytes(b"broken")
    outcomes: list[FileOutcome] = []

    restore_many(work, WISH, brighten, outcomes.append, reader=Here)
    assert [outcome.job.name for outcome in outcomes if outcome.error] == ["1.png"]

    def hopeless(*_: object):
        raise RuntimeError("no model")

    with pytest.raises(RuntimeError, match="no model"):
        restore_many(work, WISH, hopeless, outcomes.append, reader=Here, hopeless=lambda error: True)


def test_transparency_in_a_file_called_jpg_becomes_a_png(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8, 4), 90, np.uint8)).save(tmp_path / "a.jpg", "PNG")
    outcomes: list[FileOutcome] = []
    job = FileJob(tmp_path / "a.jpg", tmp_path / "out" / "a.jpg", "a.jpg")
    restore_many([job], WISH, brighten, outcomes.append, reader=Here)
    assert outcomes[0].report is not None
    assert (tmp_path / "out" / "a.png").is_file()
    assert any("a.png" in note for note in outcomes[0].report.notes)
    restore_many([job], WISH, brighten, outcomes.append, reader=Here, forced=True)
    assert "transparency" in (outcomes[1].error or "")


@pytest.mark.parametrize("neighbours", [("a.png",), ("A.bmp",), ("a.png", "b.png")])
def test_what_becomes_a_png_takes_no_neighbour_s_place(tmp_path: Path, neighbours: tuple[str, ...]) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(np.full((8, 8, 4), 90, np.uint8)).save(tmp_path / "in" / "a.jpg", "PNG")
    for name in neighbours:
        photo(tmp_path / "in" / name)
    names = Names(tmp_path / "in", tmp_path / "out")
    work = [FileJob(path, names.target(path), path.name) for path in sorted((tmp_path / "in").iterdir())]
    outcomes: list[FileOutcome] = []
    restore_many(work, WISH, brighten, outcomes.append, reader=Here)
    assert [outcome.error for outcome in outcomes] == [None] * len(work)
    results = [path.name for path in (tmp_path / "out").iterdir()]
    assert len(results) == len(work)
    assert "a.jpg.png" in results


def test_what_is_remembered_of_an_original_is_what_was_read(tmp_path: Path) -> None:
    """It may be saved anew, or taken away, while its result is made; and the result may be worked on at once."""
    (job,) = jobs(tmp_path, 1)
    before = file_mark(job.source)

    def meanwhile(*arguments):
        photo(job.source, (30, 20), 5)
        return brighten(*arguments)

    outcomes: list[FileOutcome] = []
    restore_many([job], WISH, meanwhile, outcomes.append, reader=Here)
    assert outcomes[0].mark == before
    assert outcomes[0].mark != file_mark(job.source)
    assert outcomes[0].made == file_mark(job.target)


def hangs(source: Path, target: Path, wish: FileOrder) -> Loaded:
    if source.name == "hang.png":
        time.sleep(600)
    if source.name == "crash.png":
        os.kill(os.getpid(), signal.SIGKILL)
    return load(source, target, wish)


@pytest.mark.slow
def test_a_hang_and_a_crash_of_a_decoder_cost_one_file_each(tmp_path: Path) -> None:
    work = [
        FileJob(photo(tmp_path / name), tmp_path / "out" / name, name)
        for name in ("a.png", "crash.png", "b.png", "hang.png", "c.png")
    ]
    outcomes: dict[str, FileOutcome] = {}
    restore_many(
        work,
        WISH,
        brighten,
        lambda outcome: outcomes.__setitem__(outcome.job.name, outcome),
        reader=lambda: Reader(limit=20.0, reading=hangs),
    )
    assert outcomes.keys() == {job.name for job in work}
    assert "crashed its decoder" in (outcomes["crash.png"].error or "")
    assert "given up" in (outcomes["hang.png"].error or "")
    assert all(outcomes[name].report for name in ("a.png", "b.png", "c.png"))


@pytest.mark.slow
def test_a_reader_gives_sentences(tmp_path: Path) -> None:
    reader = Reader()
    try:
        with pytest.raises(PictureError, match="no file"):
            reader.load(tmp_path / "none.png", tmp_path / "o.png", WISH)
        loaded = reader.load(photo(tmp_path / "a.png"), tmp_path / "o.png", WISH)
        np.testing.assert_array_equal(loaded.pages[0].pixels, read_picture(tmp_path / "a.png").pixels)
    finally:
        reader.close()
