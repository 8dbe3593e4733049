"""Scratches, hairs and folds: lines that are lighter or darker than both their sides, and alike on both.

A faint scratch is lost in the grain at any one of its pixels and plain along its length: so the difference to both sides is
summed along lines of many directions, and compared with what grain and texture around it sum up to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]

DIRECTIONS: Final = 32
LENGTH: Final = 64
"""Pixels along which a line is summed; a power of two."""

SIDE: Final = 3
"""Pixels from a line's middle to what it is compared with on either side."""

SURE: Final = 6.0
"""How many deviations of its surroundings' sums a line must be."""

FAINT: Final = 14.0 / 255
"""The least mean contrast of a line."""

CELL: Final = 48
"""Pixels of the squares in which that is looked at."""

RARE: Final = 0.1
"""A line is lighter (darker) than all but so many of the pixels around it."""

OUT: Final = 1.0
"""By how many times FAINT."""

ONWARD: Final = 4
"""Times that a line is followed beyond its ends, by up to 8 pixels over a gap each."""

WHOLE: Final = 0.86
"""Of a line's length that has to be so."""


EVEN: Final = 0.7
"""How far the two sides may differ, as a share of the contrast: where a picture's own edge runs they do."""

LEVEL: Final = 0.8
"""How far the two sides may differ on average along a line, as a share of what it sums up to: along a roof or a shore they do."""


@dataclass(frozen=True, slots=True)
class Way:
    """A direction: steps (down, right) along a line, for sums of 1, 2, 4 … pixels, and across it."""

    along: tuple[tuple[int, int], ...]
    across: tuple[int, int]


def ways() -> Iterator[Way]:
    for index in range(DIRECTIONS):
        angle = np.pi * index / DIRECTIONS
        down, right = np.sin(angle), np.cos(angle)
        spans = [2**k for k in range(int(np.log2(LENGTH)))]
        along = tuple((round(down * span), round(right * span)) for span in spans)
        yield Way(along, (round(right * SIDE), round(-down * SIDE)))


def lines(luma: Floats, noise: Floats) -> Marks:
    """(H, W): where lines are. luma: in [0, 1]; noise: (H, W), the deviation that grain and texture have around each pixel."""
    sums = np.full(luma.shape, -1.0, np.float32)
    which = np.zeros(luma.shape, np.uint8)
    for index, (way, sign) in enumerate(_all()):
        total = _summed(_rise(luma, noise, way, sign), way)
        better = total > sums
        np.copyto(sums, total, where=better)
        which[better] = index
    least = np.maximum(LENGTH * FAINT, SURE * np.sqrt(LENGTH) * noise)
    strong = sums > least
    light, dark = spread(luma, 1 - RARE), spread(luma, RARE)
    found = np.zeros(luma.shape, bool)
    for index, (way, sign) in enumerate(_all()):
        begins = strong & (which == index)
        if begins.any():
            beyond = (luma - light) if sign > 0 else (dark - luma)
            begins &= np.abs(_summed(_apart(luma, way), way)) <= LEVEL * sums
            here = (_rise(luma, noise, way, sign) > 0.5 * FAINT) & (beyond > OUT * FAINT)
            begins &= _summed(here.astype(np.float32), way) > WHOLE * LENGTH
            for down, right in reversed(way.along):  # what lies on a strong stretch, wherever on it the stretch begins
                begins = begins | shifted(begins, -down, -right)
            line = begins & here
            for _ in range(ONWARD):  # it goes on as far as its pixels do
                for down, right in way.along[1:4]:
                    line |= here & (shifted(line, down, right) | shifted(line, -down, -right))
            found |= line
    return found


def _all() -> Iterator[tuple[Way, int]]:
    return ((way, sign) for way in ways() for sign in (1, -1))


def _rise(luma: Floats, noise: Floats, way: Way, sign: int) -> Floats:
    """How much lighter (or, by sign, darker) a pixel is than both its sides, less what these differ by. It counts for a few
    deviations at most, so that one bright spot is no line."""
    one, other = luma - shifted(luma, *way.across), luma - shifted(luma, -way.across[0], -way.across[1])
    rise = np.minimum(sign * one, sign * other) - EVEN * np.abs(one - other)
    return np.asarray(np.clip(rise, -2 * noise - FAINT, 4 * noise + FAINT * 2), np.float32)


def _apart(luma: Floats, way: Way) -> Floats:
    """By how much one side of a pixel is lighter than the other."""
    return shifted(luma, -way.across[0], -way.across[1]) - shifted(luma, *way.across)


def _summed(values: Floats, way: Way) -> Floats:
    """Over LENGTH pixels from each one on."""
    for step in way.along:
        values = values + shifted(values, *step)
    return values


def spread(values: Floats, share: float) -> Floats:
    """(H, W): what a share of the values around each pixel are below."""
    height, width = values.shape
    rows, columns = -(-height // CELL), -(-width // CELL)
    padded = np.pad(values, [(0, rows * CELL - height), (0, columns * CELL - width)], mode="edge")
    cells = padded.reshape(rows, CELL, columns, CELL).transpose(0, 2, 1, 3).reshape(rows, columns, -1)[..., ::5]
    level = np.quantile(cells, share, axis=2).astype(np.float32)
    around = np.pad(level, 1, mode="edge")
    level = np.mean([around[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0, dtype=np.float32)
    return level.repeat(CELL, axis=0).repeat(CELL, axis=1)[:height, :width]


def shifted(values: npt.NDArray, down: int, right: int) -> npt.NDArray:
    """values[y + down, x + right], the edges repeated (False beyond them for marks)."""
    if values.dtype == np.bool_:
        out = np.zeros_like(values)
        height, width = values.shape
        rows = slice(max(0, -down), min(height, height - down))
        columns = slice(max(0, -right), min(width, width - right))
        if rows.start < rows.stop and columns.start < columns.stop:
            out[rows, columns] = values[rows.start + down : rows.stop + down, columns.start + right : columns.stop + right]
        return out
    height, width = values.shape
    padded = np.pad(values, [(max(0, -down), max(0, down)), (max(0, -right), max(0, right))], mode="edge")
    top, left = max(0, down), max(0, right)
    return padded[top : top + height, left : left + width]
