"""TIFF directories, as TIFF and EXIF have them, with every value as the bytes it is.

Values are carried, not understood: text keeps the encoding that its camera gave it, and nothing is lost to a library's
idea of what a tag may hold.
"""

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value of each TIFF type."""
_UNITS: Final = {3: 2, 8: 2, 4: 4, 9: 4, 11: 4, 13: 4, 5: 4, 10: 4, 12: 8, 16: 8, 17: 8, 18: 8}
"""Bytes that change places when the byte order does."""
_MAX_ENTRIES: Final = 4096
_MAX_VALUE: Final = 32 << 20
LONG: Final = 4
POINTERS: Final = (34665, 34853, 40965)


class Entry(NamedTuple):
    """One tag's type, number of values, and the values' bytes in the order of the file they are from."""

    kind: int
    values: int
    data: bytes


Directory = dict[int, Entry]


def header(data: bytes) -> tuple[str, bool, int]:
    """Byte order as `struct` writes it, whether it is a BigTIFF, and where the first directory lies. Raises ValueError."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None:
        raise ValueError("no TIFF structure")
    magic = struct.unpack_from(order + "H", data, 2)[0]
    if magic == 43:
        return order, True, struct.unpack_from(order + "Q", data, 8)[0]
    if magic != 42:
        raise ValueError("no TIFF structure")
    return order, False, struct.unpack_from(order + "I", data, 4)[0]


def read(data: bytes, order: str, offset: int, big: bool = False) -> Directory:
    """The directory at `offset`; tags whose type is unknown or whose value lies beyond the file are left out.

    Looks at this one directory only, so a directory that points at itself costs nothing. Raises ValueError or struct.error.
    """
    count = struct.unpack_from(order + ("Q" if big else "H"), data, offset)[0]
    if count > _MAX_ENTRIES:
        raise ValueError("more tags than any file has")
    start, step, inline = (offset + 8, 20, 8) if big else (offset + 2, 12, 4)
    found: Directory = {}
    for place in range(start, start + step * count, step):
        tag, kind, number = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, place)
        length = _SIZES.get(kind, 0) * number
        if not 0 < length <= _MAX_VALUE or (big and kind > 13 and tag not in POINTERS):
            continue  # BigTIFF's own types have no place where this goes
        at = place + step - inline
        if length > inline:
            at = struct.unpack_from(order + ("Q" if big else "I"), data, at)[0]
        value = bytes(data[at : at + length])
        if len(value) == length:
            found[tag] = Entry(kind, number, value)
    return found


def number(entry: Entry | None, order: str) -> int | None:
    """The first value of an entry of whole numbers."""
    if entry is None or entry.kind not in (1, 3, 4, 13, 16, 18):
        return None
    return struct.unpack_from(order + {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}[entry.kind], entry.data)[0]


def swapped(entry: Entry) -> Entry:
    """The same values in the other byte order."""
    unit = _UNITS.get(entry.kind, 1)
    if unit == 1:
        return entry
    turned = b"".join(entry.data[i : i + unit][::-1] for i in range(0, len(entry.data), unit))
    return entry._replace(data=turned)


def pack(directory: Mapping[int, Entry], order: str, at: int) -> bytes:
    """The bytes of a classic directory that will lie at `at` (even), its larger values behind it; no next directory."""
    head = struct.pack(order + "H", len(directory))
    beyond = at + 2 + 12 * len(directory) + 4
    values = bytearray()
    for tag, (kind, how_many, data) in sorted(directory.items()):
        if len(data) > 4:
            place = struct.pack(order + "I", beyond + len(values))
            values += data + b"\0" * (len(data) % 2)
        else:
            place = data.ljust(4, b"\0")
        head += struct.pack(order + "HHI", tag, kind, how_many) + place
    return head + b"\0\0\0\0" + bytes(values)


def block(order: str, first: Directory, below: Mapping[int, Directory]) -> bytes:
    """A whole TIFF structure: `first`, with the directories `below` it hung in by the tags that point at them."""
    pointed = {**first, **{tag: Entry(LONG, 1, b"\0\0\0\0") for tag in below}}
    at = 8 + len(pack(pointed, order, 8))
    parts = []
    for tag, directory in below.items():
        pointed[tag] = Entry(LONG, 1, struct.pack(order + "I", at))
        parts.append(pack(directory, order, at))
        at += len(parts[-1])
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HI", 42, 8) + pack(pointed, order, 8) + b"".join(parts)
