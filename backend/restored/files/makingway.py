"""What lies at a result's place and is somebody else's is kept under another name, in the moment in which the result comes."""

import filecmp
import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from restored.io import copy_file

from .owned import recipe_of

_LONGEST_NAME: Final = 255
"""Bytes of a file's name, on most disks."""


def file_mark(path: Path) -> tuple[int, int]:
    """Size and time (ns) of a file. Raises OSError."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def place_mark(path: Path) -> tuple[int, ...]:
    """Changes with the file at this place, and with its content; empty for none."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


class MakeWay:
    """To be called right before a result is put in its place (see `atomic`).

    there: the place's mark when the work began; what came since is kept, unless we wrote it ourselves, as for a picture that
    changes quickly. keep: whatever is there is kept.
    """

    def __init__(self, target: Path, there: tuple[int, ...], *, keep: bool) -> None:
        self._target, self._there, self._keep = target, there, keep
        self._asides: list[Path] = []

    def __call__(self) -> None:
        """Raises FileError when what is there cannot be kept."""
        target = self._target
        came = place_mark(target) != self._there and recipe_of(target) is None
        if os.path.exists(target) and (self._keep or came):
            self._asides.append(_kept_aside(target))

    def take_back(self) -> None:
        """The result did not come: what it would have replaced needs no second name."""
        for aside in self._asides:
            with suppress(OSError):
                if os.path.samefile(aside, self._target) or filecmp.cmp(aside, self._target, shallow=False):
                    aside.unlink()

    def notes(self) -> tuple[str, ...]:
        """Sentences about what was kept."""
        return tuple(f"“{self._target.name}” was another picture: it is kept as “{aside.name}”." for aside in self._asides)


def _kept_aside(target: Path) -> Path:
    """Give the file that is there another name beside it, so that what somebody else made is not lost."""
    stem = target.stem
    while len(os.fsencode(f"{stem}{target.suffix}")) > _LONGEST_NAME - len(".before-9999"):
        stem = stem[:-1]
    for number in itertools.count(1):
        aside = target.with_name(f"{stem}.before-{number}{target.suffix}")
        try:
            os.link(target, aside)  # fails where the name is taken, in one step
        except FileExistsError:
            continue
        except OSError:  # a disk without links
            if aside.exists():
                continue
            copy_file(target, aside)
        return aside
    raise AssertionError("there is always another number")
