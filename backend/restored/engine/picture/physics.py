"""What a model's change has to keep, whatever it says: gray stays gray, white paper stays neutral, and a local mean that should
not move does not. Everything is decided on the whole picture beforehand, or on a grid over it, so that tiles agree."""

import threading
from typing import Final

import numpy as np

from restored.engine.picture.grids import read_grid
from restored.engine.picture.pixels import LUMA, Box, Floats
from restored.engine.picture.source import LayerSource

STRIP: Final = 256
CELL: Final = 16
"""Pixels of the grid on which neutral surroundings are counted."""

FINE: Final = 8
"""Pixels of the blocks within which variance is measured; WIDE is a multiple of it."""

WIDE: Final = 32
"""Pixels of the grid on which local means are compared."""

GRAY: Final = 0.25 / 255
"""Channels that differ by less are equal: below what 8 bits tell apart, above what a host's conversion to float adds."""

NEUTRAL: Final = (1.5 / 255, 4.0 / 255)
"""Differences of channels up to which a pixel is neutral, and from which it is coloured."""

SHARE: Final = (0.08, 0.25)
"""Shares of neutral pixels around one: fewer are chance (noise), more are a neutral surface."""

MOVED: Final = 1.0 / 255
"""How far a local mean may move where nothing excuses it."""

ROUNDS: Final = 3
"""Corrections at most: two left 2.9/255 of a small dither that was saved as JPEG, under "remove the snow"."""

DITHER: Final = (0.3, 0.55)
"""Shares of the largest variance that the local mean allows: a photograph stays below, however noisy; patterns do not."""


class Neutrals:
    """Where a picture is gray. context: the whole of it, when the layer is a part: a gray part of a colour photograph is a part
    of a colour photograph."""

    def __init__(self, source: LayerSource, context: Floats | None = None) -> None:
        rows, columns = -(-source.height // CELL), -(-source.width // CELL)
        count = np.zeros((rows, columns), np.float32)
        largest = 0.0
        for top in range(0, source.height, STRIP):
            strip = source.inside(Box(top, 0, min(top + STRIP, source.height), source.width))
            spread = _spread(strip)
            largest = max(largest, float(spread.max()))
            sums = np.add.reduceat((spread <= NEUTRAL[0]).astype(np.float32), np.arange(0, source.width, CELL), axis=1)
            sums = np.add.reduceat(sums, np.arange(0, len(strip), CELL), axis=0)
            count[top // CELL : top // CELL + len(sums)] = sums
        self.gray = largest <= GRAY and (context is None or float(_spread(context).max()) <= 1.5 / 255)
        """Whether every pixel has equal channels."""
        self._share = _step(*SHARE, _smooth(count / _sizes(source.height, source.width, CELL)))[..., None]

    def project(self, box: Box, seen: Floats, change: Floats, *, dark: bool) -> Floats:
        """A model's change (h, w, 3) without what would colour a neutral. seen: the picture there, as it came in; dark: the model
        brightens, so that an equal trio of small integers tells nothing about the colour that it was rounded from."""
        if self.gray:
            return np.repeat((change @ LUMA)[..., None], 3, axis=2)
        spread, high = _spread(seen), seen.max(axis=-1)
        weight = 1.0 - _step(*NEUTRAL, spread)
        if not weight.any():
            return change
        weight *= read_grid(self._share, box, CELL)[..., 0]
        if dark:
            weight *= _step(0.08, 0.25, high)
        light = (change @ LUMA)[..., None]
        return np.asarray(change + weight[..., None] * (light - change), np.float32)


class Means:
    """Compares local means before and after a model, and takes back what moved without a reason.

    Each scan asks `watch` about every tile; `settle` says whether some mean still moved too far and the scan is to be made
    once more, now corrected: what a correction pushes beyond black or white is lost, so that the first may not suffice.
    pattern_only: rain and snow add light and taking them away moves the mean, but not where dots or a pattern are taken for drops
    or flakes. edges_move: a blur carried light over borders.
    """

    def __init__(self, height: int, width: int, *, pattern_only: bool, edges_move: bool) -> None:
        shape = (-(-height // WIDE), -(-width // WIDE))
        self._sums = np.zeros((*shape, 3 + 7), np.float64)
        self._pattern_only, self._edges_move = pattern_only, edges_move
        self._excess: Floats | None = None
        self._rounds = 0
        self._lock = threading.Lock()

    def watch(self, box: Box, before: Floats, change: Floats) -> Floats:
        """A tile's change as it may be so far, (h, w, 3); what it does to the means is counted. before: the tile's picture."""
        if self._excess is not None:
            change = np.clip(before + change - read_grid(self._excess, box, WIDE), 0.0, 1.0) - before
        self._note(box, before, change)
        return change

    def _note(self, box: Box, before: Floats, change: Floats) -> None:
        gray = before @ LUMA
        rows, columns = _cuts(box.top, box.bottom, FINE), _cuts(box.left, box.right, FINE)
        clipped = (before <= 1e-3).astype(np.float32) - (before >= 1 - 1e-3)  # by channel: coloured noise seldom cuts off all
        parts = [_block_sums(plane, rows, columns) for plane in (change, gray, gray * gray, clipped)]
        count = np.outer(np.diff(np.append(rows, box.height)), np.diff(np.append(columns, box.width)))
        # variance within small blocks: dots and patterns fill it everywhere, edges only where they run
        variance = np.maximum(parts[2] - parts[1] ** 2 / count, 0)
        planes = np.concatenate(
            [parts[0], np.stack(parts[1:3], axis=-1), parts[3], np.stack((variance, count), axis=-1)], axis=-1
        )
        down, right = (rows + box.top) // WIDE, (columns + box.left) // WIDE
        planes = np.add.reduceat(planes, np.flatnonzero(np.diff(down, prepend=-1)), axis=0)
        planes = np.add.reduceat(planes, np.flatnonzero(np.diff(right, prepend=-1)), axis=1)
        with self._lock:
            self._sums[down[0] : down[-1] + 1, right[0] : right[-1] + 1] += planes

    def settle(self) -> bool:
        """True when some local mean moved further than it may: scan once more."""
        self._rounds += 1
        mean = self._sums / np.maximum(self._sums[..., 9:], 1)
        moved, gray, square, clipped, fine = mean[..., :3], mean[..., 3], mean[..., 4], mean[..., 5:8], mean[..., 8]
        spread = np.sqrt(np.maximum(square - gray * gray, 0))[..., None]
        pattern = _step(*DITHER, fine / np.maximum(gray * (1 - gray), 1e-4))[..., None]
        # noise cut off at black or white has moved the mean, and taking it away moves it back: darker at black, lighter at white
        below = np.maximum(clipped, 0) * 2 * spread * (1 - pattern)
        above = np.maximum(-clipped, 0) * 2 * spread * (1 - pattern)
        if self._edges_move:  # light that a blur carried over a border goes back where it came from
            below, above = below + 0.5 * spread * (1 - pattern), above + 0.5 * spread * (1 - pattern)
        excess = moved - np.clip(moved, -(MOVED + below), MOVED + above)
        if self._pattern_only:
            excess *= pattern
        self._sums[:] = 0
        if self._rounds > ROUNDS or float(np.abs(excess).max()) <= (0.5 if self._excess is None else 1.0) * MOVED:
            return False
        excess = _spread_out(excess)
        self._excess = np.asarray(excess if self._excess is None else self._excess + excess, np.float32)
        return True


def _spread(pixels: Floats) -> Floats:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)


def _step(low: float, high: float, value: np.ndarray) -> np.ndarray:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def _smooth(grid: np.ndarray) -> Floats:
    """Mean over 3 x 3 cells."""
    padded = np.pad(grid, 1, mode="edge")
    height, width = grid.shape
    around = np.stack([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)])
    return np.asarray(around.mean(axis=0), np.float32)


def _spread_out(means: np.ndarray) -> np.ndarray:
    """The values at cell centres whose bilinear interpolation has these means over the cells: of a line between centres, 3/4 of
    a cell's mean is its own value and 1/8 each neighbour's."""
    values = means
    for _ in range(4):
        padded = np.pad(values, [(1, 1), (1, 1), (0, 0)], mode="edge")
        rows = 0.75 * padded[1:-1] + 0.125 * (padded[:-2] + padded[2:])
        values = values + means - (0.75 * rows[:, 1:-1] + 0.125 * (rows[:, :-2] + rows[:, 2:]))
    return values


def _sizes(height: int, width: int, cell: int) -> Floats:
    """How many pixels each cell of a grid has."""
    high = np.minimum(cell, height - np.arange(0, height, cell))
    wide = np.minimum(cell, width - np.arange(0, width, cell))
    return np.outer(high, wide).astype(np.float32)


def _cuts(start: int, stop: int, cell: int) -> np.ndarray:
    """Where cells begin inside a row of pixels start..stop-1, counted from `start`."""
    inside = np.arange(start // cell * cell, stop, cell) - start
    inside[0] = 0
    return inside


def _block_sums(plane: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.add.reduceat(np.add.reduceat(plane, rows, axis=0), columns, axis=1, dtype=np.float64)
