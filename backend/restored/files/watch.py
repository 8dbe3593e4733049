"""A hot folder: pictures that arrive while one waits."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from restored.ground.errors import FileError
from restored.io import READABLE

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

QUIET: Final = 1.0
"""Seconds without a change of size or time after which a file counts as wholly there."""
_LOOK: Final = 0.25


_Waiting = dict[Path, tuple[tuple[int, int] | None, float]]
"""Of each file: its size and time of change when last looked at, and since when they are so."""


class WatchError(FileError):
    """Watching is not possible; the message is a sentence."""


def arriving(
    folder: Path, *, recursive: bool, leave_out: Path, stopped: Callable[[], bool], ready: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Pictures that appear in `folder` or change there, each once it is whole, until `stopped` answers True.

    ready: called once nothing that arrives is missed any more. Raises WatchError.
    """
    try:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer
    except ImportError as error:
        raise WatchError(
            "Watching a folder needs the package watchdog: pip install 'restore-with-instruction[batch]'."
        ) from error
    news: queue.SimpleQueue[Path] = queue.SimpleQueue()

    class Hear(FileSystemEventHandler):
        def on_any_event(self, event: "FileSystemEvent") -> None:
            if event.is_directory or event.event_type not in ("created", "modified", "moved", "closed"):
                return
            news.put(Path(str(event.dest_path or event.src_path) if event.event_type == "moved" else str(event.src_path)))

    observer = Observer()
    try:
        observer.schedule(Hear(), str(folder), recursive=recursive)
        observer.start()
    except OSError as error:
        raise WatchError(f"“{folder}” cannot be watched: {error.strerror or error}.") from error
    ready()
    waiting: _Waiting = {}
    try:
        while not stopped():
            _hear(news, waiting, folder, leave_out)
            now = time.monotonic()
            for path, (mark, since) in list(waiting.items()):
                current = _mark(path)
                if current is None:
                    del waiting[path]
                elif current != mark:
                    waiting[path] = (current, now)
                elif now - since >= QUIET and current[0]:
                    del waiting[path]
                    yield path
    finally:
        observer.stop()
        observer.join()


def _hear(
    news: "queue.SimpleQueue[Path]", waiting: dict[Path, tuple[tuple[int, int] | None, float]], folder: Path, out: Path
) -> None:
    """Wait a little for news, and take what there is of it."""
    try:
        path = news.get(timeout=_LOOK)
        while True:
            inside = out.resolve() != folder.resolve() and path.resolve().is_relative_to(out.resolve())
            if path.suffix.lower() in READABLE and not path.name.startswith((".", "._")) and not inside and path not in waiting:
                waiting[path] = (None, time.monotonic())
            path = news.get_nowait()
    except queue.Empty:
        return


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
