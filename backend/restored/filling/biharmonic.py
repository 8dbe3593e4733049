"""Holes filled as smoothly as their surroundings allow: the biharmonic equation (Damelin and Hoang, "On surface completion and
image inpainting by biharmonic functions", 2018, section 3), solved with the pixels that are known.

Of all fillings, the one whose Laplacian has the smallest squares in and right beside the hole: lines and slopes go on through it.
It is found by conjugate gradients from the answer on the picture halved (cascadic multigrid: Bornemann and Deuflhard 1996), so
that wide holes need no more steps than narrow ones. Only pixels in and near holes are ever read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Kinds = npt.NDArray[np.uint8]
Read = Callable[[Places], Floats]
"""The colours (n, channels) at pixels, which are counted row by row."""

KNOWN: Final = 0
HOLE: Final = 1
NOTHING: Final = 2
"""A pixel that shows nothing, such as a transparent one: neither filled nor looked at."""

STEPS: Final = 90
"""Steps at the picture's own size, at most; there are twice as many at each half."""

CLOSE: Final = 3e-4
"""A residual so much smaller than that of a flat filling is small enough: less than half an 8-bit step remains anywhere."""


def fill(kinds: Kinds, read: Read) -> Floats:
    """The colours (n, channels) of a hole's pixels, in the order of `np.flatnonzero(kinds == HOLE)`; not clamped.

    kinds: (H, W) of KNOWN, HOLE and NOTHING, with at least one known pixel. read: is only asked for known pixels, at most two
    pixels from the hole, and for those in cells of 2, 4, 8 … pixels beside it.
    """
    places = np.flatnonzero(kinds == HOLE)
    return _solved(_Level(kinds, kinds, read, 1), places, STEPS) if places.size else read(places)


def halved(kinds: Kinds) -> Kinds:
    """Cells of 2 x 2: known where one pixel is, a hole where one is and none is known."""
    height, width = kinds.shape
    even = np.pad(kinds, [(0, height % 2), (0, width % 2)], constant_values=NOTHING)
    pairs = np.minimum(even[::2], even[1::2])
    return np.minimum(pairs[:, ::2], pairs[:, 1::2])


@dataclass(frozen=True)
class _Level:
    """The picture reduced: a cell of `factor` x `factor` pixels is known where one of its pixels is, and has the mean of those
    that are. whole, pixels: the picture itself."""

    kinds: Kinds
    whole: Kinds
    pixels: Read
    factor: int

    def halved(self) -> "_Level":
        return _Level(halved(self.kinds), self.whole, self.pixels, 2 * self.factor)

    def read(self, cells: Places) -> Floats:
        """The colours of known cells, (n, channels)."""
        if self.factor == 1:
            return self.pixels(cells)
        height, width = self.whole.shape
        within = np.arange(self.factor)
        top, left = (self.factor * each for each in np.divmod(cells, self.kinds.shape[1]))
        rows, columns = top[:, None, None] + within[:, None], left[:, None, None] + within
        inside = (rows < height) & (columns < width)
        places = np.where(inside, rows * width + columns, 0)
        inside &= self.whole.reshape(-1)[places] == KNOWN
        owner = np.broadcast_to(np.arange(cells.size)[:, None, None], inside.shape)[inside]
        values = self.pixels(places[inside])
        count = np.maximum(np.bincount(owner, minlength=cells.size), 1)
        sums = [np.bincount(owner, channel, minlength=cells.size) / count for channel in values.T]
        return np.stack(sums, axis=1).astype(np.float32)

    def at(self, shape: tuple[int, int], places: Places, below: Places, answer: Floats) -> Floats:
        """This level, bilinearly, at pixels of the finer one. below, answer: its own filled cells."""
        rows, columns = self.kinds.shape
        top, left = np.divmod(places, shape[1])
        down = np.clip(top // 2 + (top % 2) * 2 - 1, 0, rows - 1)
        right = np.clip(left // 2 + (left % 2) * 2 - 1, 0, columns - 1)
        corners = np.stack([row * columns + column for row in (top // 2, down) for column in (left // 2, right)])
        cells, back = np.unique(corners, return_inverse=True)
        kinds = self.kinds.reshape(-1)[cells]
        values = np.zeros((cells.size, answer.shape[1]), np.float32)
        values[kinds == KNOWN] = self.read(cells[kinds == KNOWN])
        values[kinds == HOLE] = answer[np.searchsorted(below, cells[kinds == HOLE])]
        shares = np.array([9, 3, 3, 1], np.float32)[:, None] / 16 * (kinds != NOTHING)[back.reshape(corners.shape)]
        return np.asarray((shares[..., None] * values[back.reshape(corners.shape)]).sum(axis=0) / shares.sum(axis=0)[:, None])


def _solved(level: _Level, places: Places, steps: int) -> Floats:
    coarse = level.halved()
    if not (coarse.kinds == KNOWN).any() or min(level.kinds.shape) == 1:
        known = level.read(np.flatnonzero(level.kinds == KNOWN))
        return np.repeat(known.mean(axis=0, keepdims=True), places.size, axis=0)
    below = np.flatnonzero(coarse.kinds == HOLE)
    answer = _solved(coarse, below, 2 * steps) if below.size else level.read(places[:0])
    return _smoothed(level.kinds, places, level.read, coarse.at(level.kinds.shape, places, below, answer), steps)


def _smoothed(kinds: Kinds, places: Places, read: Read, first: Floats, steps: int) -> Floats:
    """Conjugate gradients on |L u|^2, L the Laplacian at a hole's pixels and their neighbours, from a guess (n, channels)."""
    laplace = _Laplace(kinds, places)
    if not laplace.edge.size:
        return first
    known = np.ascontiguousarray(read(laplace.edge).T)
    of_known = laplace.back(laplace.of_known(known))
    u = np.ascontiguousarray(first.T)
    flat = of_known + laplace.back(laplace(np.repeat(known.mean(axis=1, keepdims=True), places.size, axis=1)))
    goal = CLOSE**2 * _squares(flat)
    residual = -of_known - laplace.back(laplace(u))
    way = residual.copy()
    size = _squares(residual)
    for _ in range(steps):
        if (size <= goal + 1e-12).all():
            break
        image = laplace(way)
        length = (size / np.maximum(_squares(image), 1e-30))[:, None].astype(np.float32)
        u += length * way
        residual -= length * laplace.back(image)
        before, size = size, _squares(residual)
        way *= (size / np.maximum(before, 1e-30))[:, None].astype(np.float32)
        way += residual
    return np.ascontiguousarray(u.T)


def _squares(values: Floats) -> npt.NDArray[np.float64]:
    """The sum of the squares of each row."""
    return np.array([np.dot(row, row) for row in values], np.float64)


class _Laplace:
    """The Laplacian over the pixels of a hole and their neighbours, as a map of the hole's values; a pixel has no neighbours
    beyond the picture's edges and where nothing is shown."""

    def __init__(self, kinds: Kinds, places: Places) -> None:
        flat = kinds.reshape(-1)
        near = _neighbours(places, kinds)
        domain = np.unique(np.concatenate([places, near[near >= 0]]))
        around = _neighbours(domain, kinds)
        reached = np.concatenate([domain, around[around >= 0]])
        self.edge: Places = np.unique(reached[flat[reached] == KNOWN])
        """The known pixels that matter."""
        self._degree = (around >= 0).sum(axis=0).astype(np.float32)
        # places in the hole's values (or the edge's, or the domain's), the last for "none": a zero
        self._inner = [_rank(places, row) for row in (domain, *around)]
        self._outer = [_rank(self.edge, row) for row in (domain, *around)]
        self._home = [_rank(domain, row) for row in (places, *near)]

    def __call__(self, values: Floats) -> Floats:
        """(channels, hole) -> (channels, domain), with known pixels as 0."""
        return _summed(values, self._inner, self._degree)

    def of_known(self, values: Floats) -> Floats:
        """(channels, edge) -> (channels, domain), with the hole as 0."""
        return _summed(values, self._outer, self._degree)

    def back(self, values: Floats) -> Floats:
        """The transpose: (channels, domain) -> (channels, hole)."""
        return _summed(values, self._home, self._degree[self._home[0]])


def _summed(values: Floats, gather: list[Places], degree: Floats) -> Floats:
    own, *others = gather
    total = np.empty((len(values), own.size), np.float32)
    for row, out in zip(values, total, strict=True):
        padded = np.append(row, np.float32(0))
        np.take(padded, own, out=out, mode="clip")
        out *= -degree
        for each in others:
            out += padded[each]
    return total


def _neighbours(places: Places, kinds: Kinds) -> Places:
    """(4, n): the pixels above, below, left and right; -1 where there is none."""
    height, width = kinds.shape
    row, column = np.divmod(places, width)
    around = np.stack(
        [
            np.where(row > 0, places - width, -1),
            np.where(row < height - 1, places + width, -1),
            np.where(column > 0, places - 1, -1),
            np.where(column < width - 1, places + 1, -1),
        ]
    )
    return np.where((around >= 0) & (kinds.reshape(-1)[around] != NOTHING), around, -1)


def _rank(places: Places, wanted: Places) -> Places:
    """Where each of `wanted` stands in the sorted `places`; `places.size` for what does not."""
    if not places.size:
        return np.zeros(wanted.size, np.intp)
    found = np.searchsorted(places, wanted)
    found[found == places.size] = 0
    return np.where(places[found] == wanted, found, places.size)
