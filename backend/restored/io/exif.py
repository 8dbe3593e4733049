"""EXIF, changed as little as possible.

Bytes are patched in place instead of being written anew, because camera makers' notes hold offsets of their own that
only survive when nothing moves.
"""

import struct
from typing import Final

HEADER: Final = b"Exif\x00\x00"

_ORIENTATION: Final = 0x0112
_DESCRIPTION: Final = 0x010E
_EXIF_IFD: Final = 0x8769
_WIDTH, _HEIGHT = 0xA002, 0xA003
_SHORT, _LONG = 3, 4


def orientation(exif: bytes | None) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 when there is none or it cannot be read."""
    if not exif:
        return 1
    try:
        order, first = _head(exif)
        for tag, _, _, at in _entries(exif, order, first):
            if tag == _ORIENTATION:
                value = struct.unpack_from(order + "H", exif, at)[0]
                return value if 1 <= value <= 8 else 1
    except (struct.error, ValueError):
        pass
    return 1


def settled(exif: bytes | None, width: int, height: int) -> bytes | None:
    """The same EXIF for pixels that are upright and `width` x `height`.

    The orientation becomes 1, the pixel sizes become true, and the embedded thumbnail, which shows the picture as it was,
    is unlinked. EXIF that cannot be parsed is dropped: half-right metadata would turn the picture in some viewers.
    """
    if not exif:
        return None
    data = bytearray(exif)
    try:
        order, first = _head(exif)
        entries = _entries(exif, order, first)
        details = False
        for tag, _, _, at in entries:
            if tag == _ORIENTATION:
                struct.pack_into(order + "H", data, at, 1)
            elif tag == _EXIF_IFD and not details:  # a block with thousands of pointers would be read as often
                details = True
                for inner, kind, _, place in _entries(exif, order, struct.unpack_from(order + "I", exif, at)[0]):
                    if inner in (_WIDTH, _HEIGHT) and kind in (_SHORT, _LONG):
                        size = width if inner == _WIDTH else height
                        struct.pack_into(order + ("H" if kind == _SHORT and size < 65536 else "I"), data, place, size)
        struct.pack_into(order + "I", data, first + 2 + 12 * len(entries), 0)
    except (struct.error, ValueError):
        return None
    return bytes(data)


def has_description(exif: bytes | None) -> bool:
    """Whether it describes the picture in its own words (ImageDescription)."""
    try:
        return exif is not None and any(tag == _DESCRIPTION for tag, *_ in _entries(exif, *_head(exif)))
    except (struct.error, ValueError):
        return False


def bare(exif: bytes | None) -> bytes | None:
    """Without the `Exif\\0\\0` that JPEG puts before it; None when nothing is left."""
    return (exif.removeprefix(HEADER) or None) if exif else None


def _head(exif: bytes) -> tuple[str, int]:
    """Byte order as `struct` writes it, and where the first directory lies."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or struct.unpack_from(order + "H", exif, 2)[0] != 42:
        raise ValueError("not EXIF")
    return order, struct.unpack_from(order + "I", exif, 4)[0]


def _entries(exif: bytes, order: str, start: int) -> list[tuple[int, int, int, int]]:
    """(tag, type, count, offset of the value field) of a directory."""
    count = struct.unpack_from(order + "H", exif, start)[0]
    places = range(start + 2, start + 2 + 12 * count, 12)
    return [(*struct.unpack_from(order + "HHI", exif, place), place + 8) for place in places]
