"""A crop that was moved by a hand: only what it newly uncovers is turned into what the screen shows, the rest was before.

Without Krita, as `showing` is.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

from . import showing
from .pixels import Buffer, Space

Box = Tuple[int, int, int, int]


class _Crop(NamedTuple):
    space: Space
    profile: Optional[bytes]
    box: Box
    data: bytes
    shown: bytes


_former: Optional[_Crop] = None


def shown(data: Buffer, box: Box, space: Space, profile: Optional[bytes]) -> Optional[bytes]:
    """As `showing.shown`, of the pixels in `box` (x, y, width, height) of whatever layer: only equal pixels are taken over."""
    global _former
    raw, former = bytes(data), _former
    made = None
    if former is not None and (former.space, former.profile) == (space, profile):
        made = _from_former(former, raw, box)
    if made is None:
        made = showing.shown(raw, box[2], box[3], space, profile)
    _former = None if made is None else _Crop(space, profile, box, raw, made)
    return made


def _from_former(former: _Crop, data: bytes, box: Box) -> Optional[bytes]:
    """What is shown of `box`, as far as that lies in the former one taken from there; None where nothing does, or where somebody
    painted."""
    (x, y, width, height), (fx, fy, fwidth, fheight) = box, former.box
    left, right, top, bottom = max(x, fx), min(x + width, fx + fwidth), max(y, fy), min(y + height, fy + fheight)
    if left >= right or top >= bottom:
        return None
    size = former.space.pixel_bytes
    before, behind = left - x, x + width - right
    begins, fresh, kept = [], [], []
    for row in range(top, bottom):
        start, there = ((row - y) * width + before) * size, ((row - fy) * fwidth + left - fx) * size
        end = start + (right - left) * size
        if data[start:end] != former.data[there : there + end - start]:
            return None
        begins.append(data[start - before * size : start])
        fresh.append(data[end : end + behind * size])
        kept.append(((row - fy) * fwidth + left - fx) * 4)
    rows = bottom - top
    above, below = data[: (top - y) * width * size], data[(bottom - y) * width * size :]
    parts = (
        _strip(former, above, width, top - y),
        _strip(former, b"".join(begins), before, rows),
        _strip(former, b"".join(fresh), behind, rows),
        _strip(former, below, width, y + height - bottom),
    )
    if any(part is None for part in parts):
        return None
    upper, lefts, rights, lower = (part or b"" for part in parts)
    out, middle = [upper], 4 * (right - left)
    for number, place in enumerate(kept):
        out.append(lefts[number * 4 * before : (number + 1) * 4 * before])
        out.append(former.shown[place : place + middle])
        out.append(rights[number * 4 * behind : (number + 1) * 4 * behind])
    out.append(lower)
    return b"".join(out)


def _strip(former: _Crop, data: bytes, width: int, height: int) -> Optional[bytes]:
    """What is shown of a strip that was not in the former crop."""
    return showing.shown(data, width, height, former.space, former.profile) if data else b""
