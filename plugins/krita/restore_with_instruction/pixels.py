"""Krita's bytes and the wire's bytes, without Krita: channel order, and what a selection left alone.

Krita keeps 8 and 16 bit colour as B G R A and float colour as R G B A; gray is gray, alpha. The wire is R G B A throughout.
Nothing here looks at single pixels in Python: strided copies and a regular expression over the mask do the work in C.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Tuple, Union

from .restored_client.wire.pixels import Pixels

DEPTHS: Dict[str, Tuple[str, int]] = {"U8": ("u8", 1), "U16": ("u16", 2), "F16": ("f16", 2), "F32": ("f32", 4)}
"""Krita's name of a depth -> the wire's name, bytes per channel."""

CHANNELS: Dict[str, int] = {"RGBA": 4, "GRAYA": 2}
"""Colour models that can be restored; both always carry alpha."""

_SLICE = 1 << 22  # bytes moved at a time, so that a worker thread gives the interpreter back within milliseconds
Buffer = Union[bytes, bytearray, memoryview]

_UNSELECTED = re.compile(rb"\x00+")


@dataclass(frozen=True)
class Space:
    """A colour space as Krita names it."""

    model: str
    depth: str
    profile: str

    @property
    def channels(self) -> int:
        return CHANNELS[self.model]

    @property
    def pixel_bytes(self) -> int:
        return self.channels * DEPTHS[self.depth][1]

    @property
    def bgra(self) -> bool:
        return self.model == "RGBA" and self.depth in ("U8", "U16")

    @property
    def srgb_encoded(self) -> bool:
        """Whether the values can travel as they are. Wide gamuts, linear light and other grays are converted by Krita first."""
        name = self.profile.lower()
        if self.model == "GRAYA":
            return name.startswith("gray-d50-elle") and "srgbtrc" in name
        return name.startswith("srgb") and not any(word in name for word in ("g10", "linear", "-g18", "-g22"))


def swapped(data: Buffer, space: Space) -> Buffer:
    """Pixels of `space` from Krita's order to the wire's, or back: the same exchange of the first and third channel."""
    if not space.bgra:
        return data
    size = DEPTHS[space.depth][1]
    pixel, third = 4 * size, 2 * size
    view, result = memoryview(data).cast("B"), bytearray(len(data))
    for start in range(0, len(data), _SLICE):
        source = bytes(view[start : start + _SLICE])  # strided slices of bytes are several times faster than of a memoryview
        target = bytearray(source)
        for byte in range(size):
            target[byte::pixel] = source[third + byte :: pixel]
            target[third + byte :: pixel] = source[byte::pixel]
        result[start : start + _SLICE] = target
    return result


def to_wire(data: Buffer, space: Space, width: int, height: int) -> Pixels:
    """Krita's bytes of a `width` x `height` rectangle as the wire's pixels."""
    return Pixels(width, height, space.channels, DEPTHS[space.depth][0], swapped(data, space))


def from_wire(pixels: Pixels, space: Space) -> Buffer:
    """The wire's pixels as Krita's bytes in `space`. Raises ValueError when they are of another kind."""
    if pixels.channels != space.channels or pixels.depth != DEPTHS[space.depth][0]:
        raise ValueError(f"got {pixels.channels} channels of {pixels.depth} for {space}")
    return swapped(pixels.view, space) if space.bgra else bytes(pixels.view)


def keep_unselected(result: Buffer, original: Buffer, mask: bytes, pixel_bytes: int) -> bytearray:
    """`result` with the original's own bytes wherever `mask` (one byte per pixel) is zero."""
    kept, original = bytearray(result), memoryview(original)
    for run in _UNSELECTED.finditer(mask):
        start, end = run.start() * pixel_bytes, run.end() * pixel_bytes
        kept[start:end] = original[start:end]
    return kept


def clear_unselected(result: Buffer, mask: bytes, pixel_bytes: int) -> bytearray:
    """`result`, fully transparent wherever `mask` is zero: what lies below a new layer shows through untouched there."""
    return keep_unselected(result, bytes(len(result)), mask, pixel_bytes)
