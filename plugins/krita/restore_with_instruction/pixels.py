"""Krita's bytes and the wire's bytes, without Krita: channel order, and what a selection left alone.

Krita keeps 8 and 16 bit colour as B G R A and float colour as R G B A; gray is gray, alpha. The wire is R G B A throughout.
Nothing here looks at single pixels in Python: strided copies and a regular expression over the mask do the work in C.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Tuple

from .restored_client.pixels import Pixels

DEPTHS: Dict[str, Tuple[str, int]] = {"U8": ("u8", 1), "U16": ("u16", 2), "F16": ("f16", 2), "F32": ("f32", 4)}
"""Krita's name of a depth -> the wire's name, bytes per channel."""

CHANNELS: Dict[str, int] = {"RGBA": 4, "GRAYA": 2}
"""Colour models that can be restored; both always carry alpha."""

_SLICE = 1 << 22  # bytes moved at a time, so that a worker thread gives the interpreter back within milliseconds
_UNSELECTED = re.compile(rb"\x00+")
_CAST = {1: "B", 2: "H", 4: "I"}


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


def swapped(data: bytes, space: Space) -> bytes:
    """Pixels of `space` from Krita's order to the wire's, or back: the same exchange of the first and third channel."""
    if not space.bgra:
        return data
    code = _CAST[DEPTHS[space.depth][1]]
    result = bytearray(data)
    for start in range(0, len(data), _SLICE):
        source = memoryview(data)[start : start + _SLICE].cast(code)
        target = memoryview(result)[start : start + _SLICE].cast(code)
        target[0::4] = source[2::4]
        target[2::4] = source[0::4]
    return bytes(result)


def to_wire(data: bytes, space: Space, width: int, height: int) -> Pixels:
    """Krita's bytes of a `width` x `height` rectangle as the wire's pixels."""
    return Pixels(width, height, space.channels, DEPTHS[space.depth][0], swapped(data, space))


def from_wire(pixels: Pixels, space: Space) -> bytes:
    """The wire's pixels as Krita's bytes in `space`. Raises ValueError when they are of another kind."""
    if pixels.channels != space.channels or pixels.depth != DEPTHS[space.depth][0]:
        raise ValueError(f"got {pixels.channels} channels of {pixels.depth} for {space}")
    return swapped(bytes(pixels.view), space)


def keep_unselected(result: bytes, original: bytes, mask: bytes, pixel_bytes: int) -> bytes:
    """`result` with the original's own bytes wherever `mask` (one byte per pixel) is zero."""
    kept = bytearray(result)
    for run in _UNSELECTED.finditer(mask):
        start, end = run.start() * pixel_bytes, run.end() * pixel_bytes
        kept[start:end] = original[start:end]
    return bytes(kept)


def clear_unselected(result: bytes, mask: bytes, pixel_bytes: int) -> bytes:
    """`result`, fully transparent wherever `mask` is zero: what lies below a new layer shows through untouched there."""
    return keep_unselected(result, bytes(len(result)), mask, pixel_bytes)
