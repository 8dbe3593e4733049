"""Masks of a part of a layer: what of them lies in another part."""

from __future__ import annotations

from ..wire.pixels import DEPTHS, Pixels
from .previewstate import Box


def cut(mask: Pixels, box: Box, part: Box) -> Pixels:
    """The mask of `box` as seen in `part`, both rectangles of the same layer; 0 outside of `box`. One channel, same depth."""
    x, y, width, height = box
    px, py, pw, ph = part
    size = DEPTHS[mask.depth]
    out, view = bytearray(pw * ph * size), mask.view
    left, right = max(x, px), min(x + width, px + pw)
    if left < right:
        for row in range(max(y, py), min(y + height, py + ph)):
            start = ((row - y) * width + left - x) * size
            place = ((row - py) * pw + left - px) * size
            out[place : place + (right - left) * size] = view[start : start + (right - left) * size]
    return Pixels(pw, ph, 1, mask.depth, bytes(out))


def shrunk(mask: Pixels, width: int, height: int) -> Pixels:
    """A mask at another, smaller size, by its nearest pixels."""
    size, view = DEPTHS[mask.depth], mask.view
    columns = [x * mask.width // width * size for x in range(width)]
    out = bytearray()
    for y in range(height):
        start = y * mask.height // height * mask.width * size
        row = bytes(view[start : start + mask.width * size])
        out += b"".join(row[column : column + size] for column in columns)
    return Pixels(width, height, 1, mask.depth, bytes(out))
