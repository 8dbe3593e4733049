"""Whose a file is: ours for this very source and wish, ours for another, or somebody else's."""

import hashlib
import mmap
import os
import stat
from enum import Enum
from pathlib import Path
from typing import Any, Final

from restored.io import PictureError, recipe_in
from restored_client.wire.errors import ClientError
from restored_client.wire.recipe import decode_recipe

from .orders import FileOrder

_MOST: Final = 8 << 20
"""Bytes that a recipe takes in a file: a megabyte, each sign of which may be written as a word."""
_MARKS: Final = (b"<restored:recipe>", b"</restored:recipe>")


class Owner(Enum):
    NOBODY = "nobody"
    """There is no such file."""
    THIS = "this"
    """It is the result of this very source and this wish."""
    OURS = "ours"
    """It is a result, but of another source or wish."""
    OTHER = "other"


def recipe_of(path: Path) -> dict[str, Any] | None:
    """The recipe in a result, found without decoding a pixel: no format that we write packs its XMP."""
    try:
        # a pipe would be waited for, and what has no end is no result of ours
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                start = data.find(_MARKS[0])
                end = data.find(_MARKS[1], start, start + _MOST)
                found = data[start : end + len(_MARKS[1])] if 0 <= start < end else b""
    except (OSError, ValueError):  # ValueError: an empty file
        return None
    text = recipe_in(found)
    try:
        return decode_recipe(text) if text else None
    except (ClientError, PictureError):
        return None


def owner_of(target: Path, source: Path, wish: FileOrder, digest: str | None = None) -> Owner:
    """Whose `target` is. digest: the SHA-256 of `source`, where it is known already."""
    if not os.path.exists(target):
        return Owner.NOBODY
    recipe = recipe_of(target)
    if recipe is None:
        return Owner.OTHER
    if recipe.get("wish") == wish.digest() and recipe.get("source") == (digest or digest_of(source)):
        return Owner.THIS
    return Owner.OURS


def digest_of(path: Path) -> str:
    """A file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
