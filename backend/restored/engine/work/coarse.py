"""The reduced picture, and what was found on it as a guess for the next finer scale (see `restored.models.coarse`)."""

from dataclasses import dataclass

import numpy as np

from restored.engine.picture.grids import read_grid
from restored.engine.picture.pixels import Box, Floats
from restored.engine.picture.source import Edge, LayerSource, continued

from .tiles import Tile, Tiling


def reduce(source: LayerSource, factor: int) -> LayerSource:
    """The picture as a model is shown it, averaged over `factor` x `factor` pixels (at the far edges over those there are)."""
    height, width = -(-source.height // factor), -(-source.width // factor)
    out = np.empty((height, width, 3), np.float32)
    rows = max(1, 256 // factor)
    for top in range(0, height, rows):
        strip = source.inside(Box(top * factor, 0, min((top + rows) * factor, source.height), source.width))
        out[top : top + rows] = _averaged(_averaged(strip, factor, 0), factor, 1)
    return LayerSource(out, edge=source.edge)


def coarser(values: Floats, cell: int) -> Floats:
    """What cells of `cell` x `cell` pixels show of (h, w, c): their averages, enlarged again."""
    whole = Box(0, 0, *values.shape[:2])
    return read_grid(_averaged(_averaged(values, cell, 0), cell, 1), whole, cell)


def _averaged(values: Floats, factor: int, axis: int) -> Floats:
    """Means of `factor` neighbours along an axis; the last of those that are left."""
    starts = np.arange(0, values.shape[axis], factor)
    counts = np.diff(starts, append=values.shape[axis]).astype(np.float32)
    return np.add.reduceat(values, starts, axis) / counts.reshape(-1, *[1] * (values.ndim - 1 - axis))


class LayerForm:
    """Layers read in windows, as they are worked on coarse to fine. A result is (h, w, 3), what is to be added."""

    def reduced(self, picture: LayerSource, factor: int) -> LayerSource:
        return reduce(picture, factor)

    def guess(self, result: Floats, shown: LayerSource, finer: LayerSource, ratio: int) -> "Guess":
        return Guess(result, ratio, finer.height, finer.width, finer.edge)


class Guess:
    """What a model added to the reduced picture, enlarged `ratio` times: read like the picture that it belongs to.

    correction: (h, w, 3) float32 on the coarser grid; height, width: of the finer picture. Bilinear, as in training.
    """

    def __init__(self, correction: Floats, ratio: int, height: int, width: int, edge: Edge) -> None:
        self._correction, self._ratio = correction, ratio
        self._height, self._width = height, width
        self._edge: Edge = edge

    def read(self, box: Box) -> Floats:
        """(1, 3, h, w) float32 for any box of the finer picture, the edges continued as the picture's are."""
        return continued(box, self._height, self._width, self._edge, self._fill)

    def _fill(self, box: Box, out: Floats) -> None:
        out[...] = read_grid(self._correction, box, self._ratio).transpose(2, 0, 1)


@dataclass(frozen=True, slots=True)
class Enlarged:
    """What was found on the reduced picture, taken for the picture itself: worked through tile by tile as a scan is."""

    source: LayerSource
    guess: Guess
    tiling: Tiling
    streams: int

    def change(self, tile: Tile) -> tuple[Floats, Floats]:
        """What the picture is and what is to be changed of it, inside the tile's kept box, both (h, w, 3)."""
        before = self.source.inside(tile.inner)
        return before, np.clip(before + self.guess.read(tile.inner)[0].transpose(1, 2, 0), 0.0, 1.0) - before
