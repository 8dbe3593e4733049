"""What a command may write over besides results: what it wrote itself. Anybody else's file is left as it is, with a sentence."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from restored.files.page import BEGINS
from restored.ground.bounded import parse_json
from restored.ground.replacing import check_writable

from . import console

_FIRST: Final = 1 << 16
"""Bytes in which the first line of a report ends."""


def check_page(path: Path) -> None:
    """Raises Failure for a file that is there and is no page about a batch, and FileError where none can be written."""
    check_writable(path)
    _check(path, "a page about a batch", lambda begins: begins.startswith(BEGINS.encode()))


def check_report(path: Path, key: str) -> None:
    """Raises Failure for a file that is there and whose first line is not JSON about a picture. key: what names the picture."""
    _check(path, "such a report", lambda begins: _is_row(begins, key))


def check_zip(path: Path) -> None:
    """Raises Failure for a file that is there and is not a plug-in's zip."""
    _check(path, "a plug-in of restored", lambda begins: _has_plugin(path))


def _check(path: Path, what: str, ours: Callable[[bytes], bool]) -> None:
    if not os.path.isfile(path):
        return  # nothing, or a device, which keeps nothing
    try:
        with open(path, "rb") as file:
            begins = file.read(_FIRST)
    except OSError as error:
        raise console.Failure(f"“{path}” cannot be read: {error.strerror or error}.") from error
    if begins and not ours(begins):
        raise console.Failure(f"“{path}” is there already and is not {what}: it was left as it is. Choose another name.")


def _is_row(begins: bytes, key: str) -> bool:
    try:
        row = parse_json(begins.split(b"\n", 1)[0])
    except ValueError:
        # a row may be longer than what was looked at
        return begins.startswith(b'{"%s": "' % key.encode()) and b"\n" not in begins
    return isinstance(row, dict) and key in row


def _has_plugin(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return any("restored_client" in name for name in packed.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
