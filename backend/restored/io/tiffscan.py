"""A look through a TIFF's directories before any decoder sees them: no loop, no flood, nothing larger than a photograph.

TIFF 6.0 (section 2) and BigTIFF: a chain of directories, each a list of entries (tag, type, count, value or where it lies).
A chain may lead back into itself, a value may be as long as the file, and 65,535 of them may lie in the same place; decoders
follow all that.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .errors import PictureError
from .picture import check_size

MOST_DIRECTORIES: Final = 1024
MOST_ENTRIES: Final = 4096
MOST_PARTS: Final = 1 << 20
"""Strips or tiles of a page: 178 megapixels in the smallest tiles that the specification allows are fewer."""
MOST_BYTES: Final = 4 << 30
"""What a page may become in memory."""

_BYTES_OF_TYPE: Final = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
_WIDTH, _HEIGHT, _BITS, _SAMPLES, _ROWS, _TILE_WIDTH, _TILE_HEIGHT, _DEPTH = 256, 257, 258, 277, 278, 322, 323, 32997
_PARTS: Final = (273, 279, 324, 325)
"""Where each strip or tile lies, and how long it is."""
_POINTERS: Final = (330, 34665, 34853, 40965)
"""Tags whose value is another directory: sub-images, EXIF, GPS, interoperability."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How this file writes numbers: classic TIFF or BigTIFF, in either byte order."""

    order: str
    big: bool

    def number(self, data: bytes, place: int, size: int) -> int:
        return int.from_bytes(data[place : place + size], "little" if self.order == "<" else "big")


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    kind: int
    count: int
    inline: int
    """Where in the file the value field lies."""
    place: int
    """Where the value lies: in the field, or elsewhere."""
    nbytes: int


def check_directories(data: bytes, name: str) -> None:
    """Raise PictureError for a TIFF whose directories have no end or that claims more than a photograph can be."""
    try:
        _check(data, name)
    except (struct.error, IndexError) as error:
        raise PictureError(f"“{name}” is damaged or incomplete and cannot be opened (its directory is cut off).") from error


def _check(data: bytes, name: str) -> None:
    form = _Form("<" if data[:1] == b"I" else ">", data[2:4] in (b"+\0", b"\0+"))
    place = form.number(data, 8, 8) if form.big else form.number(data, 4, 4)
    seen: set[int] = set()
    waiting: list[int] = []
    while place:
        if place in seen:
            raise PictureError(f"“{name}” is damaged and cannot be opened: its directories lead in a circle.")
        _count(place, seen, name)
        entries, following = _directory(data, form, place, name)
        _check_page(data, form, entries, name)
        waiting += _pointers(data, form, entries)
        place = following
    # directories that other directories point at: readers open each of them once, and follow no chain from there
    while waiting:
        place = waiting.pop()
        if place in seen or not 0 < place < len(data):
            continue  # readers leave those alone
        _count(place, seen, name)
        try:
            entries, _ = _directory(data, form, place, name)
        except (struct.error, IndexError):
            continue
        waiting += _pointers(data, form, entries)


def _count(place: int, seen: set[int], name: str) -> None:
    seen.add(place)
    if len(seen) > MOST_DIRECTORIES:
        raise PictureError(f"“{name}” says it holds more than {MOST_DIRECTORIES:,} pictures, so it is not opened.")


def _directory(data: bytes, form: _Form, place: int, name: str) -> tuple[list[_Entry], int]:
    """A directory's entries, and where the next one lies (0: nowhere)."""
    head, each, room, pointer = (8, 20, 8, 8) if form.big else (2, 12, 4, 4)
    if place + head > len(data):
        raise IndexError(place)
    count = form.number(data, place, head)
    if count > MOST_ENTRIES:
        raise PictureError(f"“{name}” is damaged and cannot be opened: a directory says it has {count:,} entries.")
    first = place + head
    if first + each * count + pointer > len(data):
        raise IndexError(place)
    entries = []
    for at in range(first, first + each * count, each):
        kind = form.number(data, at + 2, 2)
        number = form.number(data, at + 4, pointer)
        nbytes = number * (_BYTES_OF_TYPE[kind] if kind < len(_BYTES_OF_TYPE) else 0)
        field = at + 4 + pointer
        lies = field if nbytes <= room else form.number(data, field, room)
        entries.append(_Entry(form.number(data, at, 2), kind, number, field, lies, nbytes))
    # values lie beside each other, not on top of each other; those outside the file are skipped by readers
    together = sum(entry.nbytes for entry in entries if entry.place != entry.inline and entry.place + entry.nbytes <= len(data))
    if together > len(data):
        raise PictureError(f"“{name}” is damaged and cannot be opened: a directory claims more bytes than the file has.")
    return entries, form.number(data, first + each * count, pointer)


def _check_page(data: bytes, form: _Form, entries: list[_Entry], name: str) -> None:
    numbers = {entry.tag: _first(data, form, entry) for entry in reversed(entries)}
    width, height = numbers.get(_WIDTH, 0), numbers.get(_HEIGHT, 0)
    if not width or not height:
        return  # no picture: the reader says so
    check_size(name, width, height)
    depth, samples, bits = max(1, numbers.get(_DEPTH, 1)), max(1, numbers.get(_SAMPLES, 1)), max(1, numbers.get(_BITS, 1))
    if width * height * depth * samples * max(8, bits) // 8 > MOST_BYTES or depth > 1:
        raise PictureError(f"“{name}” says it has more channels or layers than any photograph, so it is not opened.")
    rows = numbers.get(_ROWS, height) or height
    parts = max(-(-height // min(rows, height)) * samples, *(entry.count for entry in entries if entry.tag in _PARTS), 0)
    if _TILE_WIDTH in numbers or _TILE_HEIGHT in numbers:
        across, down = max(1, numbers.get(_TILE_WIDTH, 1)), max(1, numbers.get(_TILE_HEIGHT, 1))
        if across * down * samples * max(8, bits) // 8 > MOST_BYTES:
            raise PictureError(f"“{name}” is damaged and cannot be opened: it has tiles of {across:,} x {down:,} pixels.")
        parts = max(parts, -(-width // across) * -(-height // down) * samples)
    if parts > MOST_PARTS:
        raise PictureError(f"“{name}” is damaged and cannot be opened: it says it is cut into {parts:,} pieces.")


def _pointers(data: bytes, form: _Form, entries: list[_Entry]) -> Iterator[int]:
    for entry in entries:
        size = _BYTES_OF_TYPE[entry.kind] if entry.kind < len(_BYTES_OF_TYPE) else 0
        if entry.tag in _POINTERS and size in (4, 8) and entry.place + entry.nbytes <= len(data):
            for index in range(min(entry.count, MOST_DIRECTORIES + 1)):
                yield form.number(data, entry.place + index * size, size)


def _first(data: bytes, form: _Form, entry: _Entry) -> int:
    """The first of an entry's numbers, 0 when it is none."""
    size = {1: 1, 3: 2, 4: 4, 16: 8}.get(entry.kind, 0)
    return form.number(data, entry.place, size) if size and entry.count else 0
