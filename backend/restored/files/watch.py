"""A hot folder: pictures that arrive while one waits."""

import os
import queue
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from restored.ground.errors import FileError
from restored.ground.planted import strangers_link
from restored.ground.versions import how_to_get
from restored.io import READABLE

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

QUIET: Final = 1.0
"""Seconds without a change of size or time after which a file counts as wholly there."""
PAUSE: Final = 30.0
"""The same for a file that somebody has begun to write and not closed, where the system tells of that (Linux)."""
CLOSES: Final = sys.platform.startswith("linux")
_LOOK: Final = 0.25


@dataclass(slots=True)
class _File:
    """mark: its size and time of change when last looked at; since: when they became so. written: somebody writes it; closed:
    somebody has written it and closed it, after which only its attributes change, as a rule."""

    mark: tuple[int, int] | None
    since: float
    written: bool = False
    closed: bool = False

    def hear(self, kind: str) -> None:
        self.written = self.written or kind == "modified"
        self.closed = self.closed or kind in ("closed", "moved")

    def is_whole(self, now: float) -> bool:
        waits = CLOSES and self.written and not self.closed
        return self.mark is not None and self.mark[0] > 0 and now - self.since >= (PAUSE if waits else QUIET)


class WatchError(FileError):
    """Watching is not possible; the message is a sentence."""


def arriving(
    folder: Path,
    *,
    recursive: bool,
    leave_out: Path,
    stopped: Callable[[], bool],
    first: Iterable[Path] = (),
    ready: Callable[[], None] = lambda: None,
) -> Iterator[Path]:
    """Pictures that appear in `folder` or change there, each once it is whole, until `stopped` answers True.

    first: those that are there already, which come before; what arrives while they are taken, for however long, comes after them.
    ready: called after them. Raises WatchError.
    """
    try:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer
    except ImportError as error:
        raise WatchError(f"Watching a folder needs the package watchdog: {how_to_get('batch')}.") from error
    news: queue.SimpleQueue[tuple[Path, str]] = queue.SimpleQueue()

    class Hear(FileSystemEventHandler):
        def on_any_event(self, event: "FileSystemEvent") -> None:
            if event.is_directory or event.event_type not in ("created", "modified", "moved", "closed"):
                return
            path = event.dest_path or event.src_path if event.event_type == "moved" else event.src_path
            news.put((Path(os.fsdecode(path)), event.event_type))

    observer = Observer()
    try:
        observer.schedule(Hear(), str(folder), recursive=recursive)
        observer.start()
    except OSError as error:
        raise WatchError(f"“{folder}” cannot be watched: {error.strerror or error}.") from error
    waiting: dict[Path, _File] = {}
    taken: dict[Path, tuple[int, int] | None] = {}
    try:
        for path in first:
            taken[path] = _mark(path)
            yield path
        ready()
        while not stopped():
            _hear(news, waiting, folder, leave_out)
            if not os.path.isdir(folder):  # nothing would ever be heard of another one in its place
                raise WatchError(f"“{folder}” is no longer there, so the watching ended. The same command begins it again.")
            now = time.monotonic()
            for path, file in list(waiting.items()):
                mark = _mark(path)
                if mark is None:
                    del waiting[path]
                elif mark != file.mark:
                    file.mark, file.since = mark, now
                elif file.is_whole(now):
                    del waiting[path]
                    if taken.pop(path, None) != mark:
                        yield path
    finally:
        observer.stop()
        observer.join()


def _hear(news: "queue.SimpleQueue[tuple[Path, str]]", waiting: dict[Path, _File], folder: Path, out: Path) -> None:
    """Wait a little for news, and take what there is of it."""
    try:
        path, kind = news.get(timeout=_LOOK)
        while True:
            if path.suffix.lower() in READABLE and not path.name.startswith(".") and not _is_in(path, out, folder):
                waiting.setdefault(path, _File(None, time.monotonic())).hear(kind)
            path, kind = news.get_nowait()
    except queue.Empty:
        return


def _is_in(path: Path, out: Path, folder: Path) -> bool:
    """Whether a file lies in the folder of the results, which may be inside the one that is watched."""
    try:
        return out.resolve() != folder.resolve() and path.parent.resolve().is_relative_to(out.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return True


def _mark(path: Path) -> tuple[int, int] | None:
    """None for what is not there (any more), what is no file, and a link that another user put there."""
    try:
        status = path.stat()
        if strangers_link(path):
            return None
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None
