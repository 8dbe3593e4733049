"""Many pictures: while one is restored, the next are read and the last are written, within a bound of memory."""

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from PIL import Image

from restored.io import READABLE, PictureError, format_of

from .isolated import Reader
from .makingway import file_mark
from .memory_budget import MemoryBudget, affordable
from .one import Loaded, Report, restore_pages, save
from .orders import Done, FileOrder, OnProgress, Restore, never
from .thumbnails import Pair, pair

READERS: Final = 2
WRITERS: Final = 2
_LOOK: Final = 0.5
"""Seconds between two looks at whether all was cancelled."""
_TIMES_PACKED: Final = 20
"""What a compressed picture and its result take beside their file, roughly; known better once it is read."""


@dataclass(frozen=True, slots=True)
class FileJob:
    """One original and where its result goes. name: its path in the folder. there: see `restore_file`."""

    source: Path
    target: Path
    name: str
    there: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a job: a report, or a sentence why not. code: the error's name, where it has one. mark: the original's
    `file_mark` before it was read; made: the result's when it was written."""

    job: FileJob
    report: Report | None = None
    error: str | None = None
    code: str = ""
    pair: Pair | None = None
    mark: tuple[int, int] = (0, 0)
    made: tuple[int, int] = (0, 0)


def restore_many(
    jobs: Iterable[FileJob],
    wish: FileOrder,
    restore: Restore,
    tell: Callable[[FileOutcome], None],
    *,
    explain: Callable[[BaseException], str] = str,
    hopeless: Callable[[BaseException], bool] = lambda error: False,
    quality: int | None = None,
    staging: Path | None = None,
    forced: bool = False,
    show: bool = False,
    readers: int = READERS,
    writers: int = WRITERS,
    budget: int | None = None,
    reader: Callable[[], Any] = Reader,
    after: Callable[[FileJob, Report], None] = lambda job, report: None,
    progress: OnProgress = lambda fraction, words: None,
    cancelled: Callable[[], bool] = never,
) -> None:
    """Restore `jobs` in about their order. `restore` and `tell` are called in the caller's thread only.

    explain: the sentence for an exception; hopeless: whether every picture would meet it. forced: the targets' endings were
    asked for, so that they stay whatever the picture needs. show: outcomes carry a pair of thumbnails. budget: bytes of
    pictures on their way. reader: makes what reads, one for each of `readers` threads. after: called in a
    writer's thread once a result is written; what it raises is the job's error.
    Cancelled, it returns, or raises what `restore` raises then; it also raises what is hopeless. Pictures that are being written
    are finished first.
    """
    line = _Readers(wish, readers, MemoryBudget(budget or affordable()), reader, forced, explain)
    pool = ThreadPoolExecutor(writers, thread_name_prefix="restored writer")
    waiting = 0
    try:
        line.start(iter(jobs))
        while line.reading or waiting:
            try:
                event = line.events.get(timeout=_LOOK)
            except queue.Empty:
                if cancelled():
                    break
                continue
            if isinstance(event, FileOutcome):
                tell(event)
            elif isinstance(event, _Written):
                waiting -= 1
                line.budget.give(event.held)
                tell(event.outcome)
            elif isinstance(event, _Read):
                try:
                    done = restore_pages(event.loaded, wish, restore, progress, cancelled)
                except Exception as error:  # one picture's fault is its own; `hopeless` knows the others
                    line.budget.give(event.held)
                    if hopeless(error):
                        raise
                    tell(FileOutcome(event.job, error=explain(error), code=str(getattr(error, "code", "") or "")))
                    continue
                waiting += 1
                pool.submit(_write, event, done, wish, quality, staging, show, explain, after, line.events.put)
            else:
                line.reading -= 1
    finally:
        line.stop()
        pool.shutdown(wait=True)
        while waiting:  # what was restored before the interrupt is written, and told
            event = line.events.get()
            if isinstance(event, _Written):
                waiting -= 1
                tell(event.outcome)


@dataclass(frozen=True, slots=True)
class _Read:
    job: FileJob
    loaded: Loaded
    held: int


@dataclass(frozen=True, slots=True)
class _Written:
    outcome: FileOutcome
    held: int


class _Readers:
    """The readers: threads that take jobs from one iterator and put what they read into `events`."""

    def __init__(
        self, wish: FileOrder, readers: int, budget: MemoryBudget, reader: Callable[[], Any], forced: bool, explain: Any
    ) -> None:
        self.events: queue.SimpleQueue[_Read | _Written | FileOutcome | None] = queue.SimpleQueue()
        self.budget = budget
        self.reading = readers
        self._wish, self._reader, self._forced, self._explain = wish, reader, forced, explain
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._readers: list[Any] = []

    def start(self, jobs: Iterator[FileJob]) -> None:
        for number in range(self.reading):
            thread = threading.Thread(target=self._run, args=(jobs,), name=f"restored reader {number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self.budget.close()
        for reader in list(self._readers):
            reader.stop()
        for thread in self._threads:
            thread.join()

    def _run(self, jobs: Iterator[FileJob]) -> None:
        reader = self._reader()
        self._readers.append(reader)
        try:
            while (job := self._next(jobs)) is not None:
                held = self.budget.take(_guess(job.source))
                if held is None:
                    break
                try:
                    loaded, job = self._load(reader, job)
                    loaded = loaded if job.there is None else replace(loaded, there=job.there)
                except Exception as error:  # as above
                    self.budget.give(held)
                    self.events.put(FileOutcome(job, error=self._explain(error)))
                    continue
                real = 2 * loaded.nbytes  # the result is as large as the original
                self.budget.adjust(real - held)
                self.events.put(_Read(job, loaded, real))
        except Exception as error:  # the jobs themselves
            self.events.put(FileOutcome(FileJob(Path(), Path(), ""), error=self._explain(error)))
        finally:
            self._readers.remove(reader)
            reader.close()
            self.events.put(None)

    def _next(self, jobs: Iterator[FileJob]) -> FileJob | None:
        with self._turn:
            return None if self._stopped.is_set() else next(jobs, None)

    def _load(self, reader: Any, job: FileJob) -> tuple[Loaded, FileJob]:
        job.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            return reader.load(job.source, job.target, self._wish), job
        except PictureError:
            # a PNG with transparency that is called .jpg cannot be saved as JPEG; unless that was asked for, it need not be
            if self._forced or format_of(job.target) != "jpeg":
                raise
            other = replace(job, target=job.target.with_suffix(".png"), there=())
            if not _transparent(job.source) or os.path.exists(other.target):
                raise
            if _somebody_gets(other.target, job):
                other = replace(other, target=job.target.with_name(f"{job.target.name}.png"))
                if os.path.exists(other.target) or _somebody_gets(other.target, job):
                    raise
            loaded = reader.load(job.source, other.target, self._wish)
            note = f"“{job.source.name}” has transparency, which JPEG cannot hold: the result is “{other.target.name}”."
            return replace(loaded, notes=(*loaded.notes, note)), other


def _write(
    event: _Read,
    done: list[Done | None],
    wish: FileOrder,
    quality: int | None,
    staging: Path | None,
    show: bool,
    explain: Callable[[BaseException], str],
    after: Callable[[FileJob, Report], None],
    tell: Callable[[_Written], None],
) -> None:
    job, loaded = event.job, event.loaded
    try:
        if staging is not None:
            staging.mkdir(parents=True, exist_ok=True)
        report = save(loaded, done, job.target, wish, quality=quality, staging=staging)
        made = file_mark(job.target)
        after(job, report)
        outcome = FileOutcome(job, report, pair=pair(loaded, done) if show else None, mark=loaded.mark, made=made)
    except BaseException as error:  # in a thread of its own, from which nothing else would be heard
        outcome = FileOutcome(job, error=explain(error))
    tell(_Written(outcome, event.held))


def _guess(source: Path) -> int:
    try:
        return source.stat().st_size * _TIMES_PACKED
    except OSError:
        return 0


def _somebody_gets(place: Path, job: FileJob) -> bool:
    """Whether a result of another original of this folder may go to a place. Only asked for a rare file."""
    extra = job.target.stem[len(job.source.stem) :] if job.target.stem.startswith(job.source.stem) else ""
    stem = place.stem.removesuffix(extra).casefold()
    others = (path for path in job.source.parent.iterdir() if path.name != job.source.name and path.suffix.lower() in READABLE)
    return any(path.stem.casefold() == stem for path in others)


def _transparent(source: Path) -> bool:
    """Whether a file's header says so; only asked of a file whose reading failed in order."""
    try:
        with Image.open(source, formats=("PNG", "WEBP")) as image:
            return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    except Exception:  # only a hint is wanted, and the file is known to be odd
        return False
