"""One process at a time: what is read, changed and written back must not be changed in between by another program of the user."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import IO, Any, Final, Iterator, Optional

NAME: Final = ".lock"
PAUSE: Final = 0.01
"""Seconds between two tries: what is done under such a lock takes milliseconds."""
PATIENCE: float = 2.0
"""Seconds after which a window, which must not stand still, goes on without the lock."""


def try_lock(file: IO[Any], byte: int = 0) -> bool:
    """Lock an open file until it is closed, however the process ends. False while another holds it, or where the disk cannot.

    byte: the one that Windows locks; others can then not read it.
    """
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(byte)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_private(folder: Path) -> None:
    """Make a folder where there is none, and what is missing above it, for this user only: `mkdir` lets everybody look into the
    latter. Raises OSError."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir(exist_ok=True, mode=0o700)


@contextlib.contextmanager
def alone(folder: Path, patience: Optional[float] = None) -> Iterator[bool]:
    """Change files of this folder while no other process or thread does. Not to be nested. False when `patience` (else PATIENCE)
    seconds were not enough: a disk that knows no locks, or a process that stands still, must keep nobody from working. Raises
    OSError when the folder cannot be written to."""
    make_private(folder)
    with open(os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        deadline = time.monotonic() + (PATIENCE if patience is None else patience)
        while not (held := try_lock(file)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        yield held
