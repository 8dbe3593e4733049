"""Two folders take each other's place at once, so that whoever is stopped meanwhile leaves the one or the other there."""

import ctypes
import os
from pathlib import Path
from typing import Final

from . import StandaloneError

AT_FDCWD: Final = -100
RENAME_EXCHANGE: Final = 2


def exchange(one: Path, other: Path) -> None:
    """Exchange the names of two files or folders of one file system (Linux, renameat2(2)).

    Raises StandaloneError where that cannot be done; then nothing was changed.
    """
    library = ctypes.CDLL(None, use_errno=True)
    try:
        rename = library.renameat2
    except AttributeError as error:  # another system, or a C library before 2.28
        raise StandaloneError("This system cannot exchange two folders.") from error
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE):
        raise StandaloneError(f"{one} and {other} cannot take each other's place ({os.strerror(ctypes.get_errno())}).")
