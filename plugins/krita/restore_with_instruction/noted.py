"""What a document says of a result, which may be anybody's: a rectangle that can be one, and a mask no larger than it says."""

from __future__ import annotations

import zlib
from typing import Any, Final, Optional, Tuple

MOST_PACKED: Final = 8 << 20
"""Bytes of a packed selection at most: a larger one is not kept, and the result cannot be adjusted later."""
MOST_AREA: Final = 1 << 30
_FARTHEST: Final = 1 << 24
"""Pixels: Qt's numbers end at 2^31, Krita's canvases long before this."""


def rect_of(said: Any) -> Optional[Tuple[int, int, int, int]]:
    """Left, top, width and height, or None."""
    if not isinstance(said, list) or len(said) != 4 or not all(type(each) is int and abs(each) <= _FARTHEST for each in said):
        return None
    left, top, width, height = said
    return (left, top, width, height) if width > 0 and height > 0 and width * height <= MOST_AREA else None


def mask_of(packed: bytes, area: int) -> Optional[bytes]:
    """A mask of `area` bytes out of what `zlib.compress` made of it, or None; unpacked no further: a few bytes may hold what
    grows without end."""
    if len(packed) > 2 * MOST_PACKED:
        return None
    try:
        mask = zlib.decompressobj().decompress(packed, area + 1)
    except zlib.error:
        return None
    return mask if len(mask) == area else None


def whole_of(said: Any) -> int:
    """A checksum; 0, which no result is likely to have, for anything else."""
    return said if type(said) is int else 0
