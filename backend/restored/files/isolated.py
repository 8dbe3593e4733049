"""Reading in a process of its own: a decoder that hangs or crashes on a hostile file costs that file, and no other."""

import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from restored.ground.errors import RestoredError
from restored.io import PictureError

from .one import Loaded, load
from .orders import FileOrder

LIMIT: Final = 120.0
"""Seconds that reading one file may take; the largest photograph takes about ten."""

_TIME_TO_START: Final = 300.0


class Reader:
    """One child process that reads one file at a time. Not for two threads at once."""

    def __init__(self, limit: float = LIMIT, reading: Callable[..., Loaded] = load) -> None:
        self._limit, self._reading = limit, reading
        self._process: Any = None
        self._pipe: Connection | None = None

    def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
        """As `one.load`. Raises PictureError, also for a file that the child did not survive or did not finish."""
        try:
            pipe = self._started()
            pipe.send((source, target, wish))
            until = time.monotonic() + self._limit
            while not pipe.poll(min(1.0, max(0.0, until - time.monotonic()))):
                if time.monotonic() >= until:
                    self.close()
                    raise PictureError(f"Reading “{source.name}” was given up after {self._limit:.0f} s: it is damaged.")
            answer = pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.close()
            raise PictureError(f"“{source.name}” crashed its decoder, so it is damaged or made to do harm.") from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop(self) -> None:
        """From any thread: give up what is being read."""
        process = self._process
        if process is not None:
            with suppress(ValueError):  # closed meanwhile
                process.kill()

    def close(self) -> None:
        """End the child, whatever it does."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self.close()
            context = multiprocessing.get_context("spawn")  # forking a process with threads is a gamble
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_child, args=(theirs, self._reading), daemon=True, name="restored reader")
            self._process.start()
            theirs.close()
            # its imports do not count as reading, however busy the machine is
            if not self._pipe.poll(_TIME_TO_START) or self._pipe.recv() is not True:
                raise EOFError
        return self._pipe


def _child(pipe: Connection, reading: Callable[..., Loaded]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends this process
    pipe.send(True)
    while True:
        try:
            order = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Any = reading(*order)
        except RestoredError as error:
            answer = PictureError(str(error))
        except MemoryError:
            answer = PictureError(f"There is not enough memory to open “{order[0].name}”.")
        except Exception as error:  # a decoder's bug costs this file, not the process that reads the others
            answer = PictureError(f"“{order[0].name}” cannot be read ({type(error).__name__}: {error}).")
        pipe.send(answer)
