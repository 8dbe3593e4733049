"""How a picture is cut into windows that all have one shape and agree where they meet.

Every window starts at a multiple of the model's stride from the same origin, so its inner grids fall where the whole
picture's would; neighbours overlap by at least two halos and are cut in the middle, so nothing that is kept saw a window's
edge. One shape means one compiled graph and one planned amount of memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from restored.engine.picture.pixels import Box
from restored.models.base import Window

SMALLEST_CORE: Final = 64
"""A tile keeps at least this many pixels, each way, of what it computes: less is not worth its halo."""


@dataclass(frozen=True, slots=True)
class Tile:
    """outer: what the model sees (may reach beyond the picture); inner: the part of it that is kept, inside the picture."""

    outer: Box
    inner: Box

    def kept(self) -> Box:
        """`inner` in the window's own coordinates."""
        return self.inner.inside(self.outer)


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a tiling: window starts, the common window size, and the cuts between what neighbours keep."""

    size: int
    starts: tuple[int, ...]
    cuts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tiling:
    """All tiles of a picture; iterating gives them row by row."""

    height: int
    width: int
    rows: Axis
    columns: Axis

    def __len__(self) -> int:
        return len(self.rows.starts) * len(self.columns.starts)

    def __iter__(self) -> Iterator[Tile]:
        for top, (first, last) in zip(self.rows.starts, _pairs(self.rows.cuts), strict=True):
            for left, (west, east) in zip(self.columns.starts, _pairs(self.columns.cuts), strict=True):
                yield Tile(
                    Box(top, left, top + self.rows.size, left + self.columns.size),
                    Box(first, west, last, east),
                )

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of every window."""
        return self.rows.size, self.columns.size

    def window(self, box: Box) -> Window:
        """Where a box lies in the picture, as the models count it."""
        return Window(box.left / self.width, box.top / self.height, box.right / self.width, box.bottom / self.height)


def lay_tiles(height: int, width: int, *, side: int, stride: int, halo: int, margin: int = 0) -> Tiling:
    """Cut a height x width picture into windows of at most about side x side.

    side: the largest window side in pixels, but never below `smallest_side`; stride, halo: the model's; margin: pixels of
    surroundings wanted beyond the picture's own edges. A picture that is small in one direction gets longer windows in the
    other, of the same area.
    """
    rows = _extent(height, stride, margin)
    columns = _extent(width, stride, margin)
    area = side * side
    tall = min(rows, max(side, area // min(columns, side)))
    wide = min(columns, max(side, area // min(rows, side)))
    return Tiling(
        height,
        width,
        _lay(height, rows, tall, stride, halo, margin),
        _lay(width, columns, wide, stride, halo, margin),
    )


def smallest_side(stride: int, halo: int) -> int:
    """The smallest window side that a model's tiles can have (a picture smaller than that is one smaller window)."""
    return -(-(2 * halo + SMALLEST_CORE) // stride) * stride


def _extent(length: int, stride: int, margin: int) -> int:
    return -(-(length + 2 * margin) // stride) * stride


def _lay(length: int, extent: int, limit: int, stride: int, halo: int, margin: int) -> Axis:
    size = max(limit // stride * stride, smallest_side(stride, halo))
    if extent <= max(limit, size):
        return Axis(extent, (-margin,), (0, length))
    furthest = (size - 2 * halo) // stride  # how far, in strides, a window may lie from the one before
    steps = -(-(extent - size) // (furthest * stride))
    # as many windows of the largest size are needed as of this one, which overlaps no more than it must
    size = min(size, -(-(extent + steps * (2 * halo + stride)) // ((steps + 1) * stride)) * stride)
    gap = (extent - size) // stride
    starts = tuple((gap * k + steps // 2) // steps * stride - margin for k in range(steps + 1))
    inner = ((before + size + after) // 2 for before, after in _pairs(starts))
    return Axis(size, starts, (0, *inner, length))


def _pairs(values: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    return pairwise(values)
