"""A model made ready for one picture at one scale, tile by tile."""

from dataclasses import dataclass

import numpy as np

from restored.engine.machine.runtimes import Kernel
from restored.engine.picture.pixels import Box, Floats
from restored.engine.picture.source import LayerSource
from restored.engine.work.coarse import Guess, coarser
from restored.engine.work.tiles import Tile, Tiling
from restored.ground.errors import EngineError


@dataclass(frozen=True, slots=True)
class Scan:
    """source: the picture as the model is shown it; guess: what a coarser scan would add to it, if there was one; finer: only
    what is finer than cells of so many pixels is a change (1: all of it)."""

    kernel: Kernel
    source: LayerSource
    tiling: Tiling
    streams: int
    guess: Guess | None = None

    finer: int = 1

    def change(self, tile: Tile) -> tuple[Floats, Floats]:
        """What the model was shown and what it would change, inside the tile's kept box, both (h, w, 3).

        Raises EngineError when the model gives no picture.
        """
        if self.finer == 1:
            return self._change(tile, tile.inner)
        around = self._whole_cells(tile.inner)
        before, change = self._change(tile, around)
        change = change - coarser(change, self.finer)
        inner = tile.inner.inside(around)
        return inner.of(before), inner.of(change)

    def _whole_cells(self, box: Box) -> Box:
        """A box and the cells of a reduction next to it, as far as the picture goes; the windows' halos hold it."""
        cell = self.finer
        top, left = ((edge // cell - 1) * cell for edge in (box.top, box.left))
        bottom, right = ((-(-edge // cell) + 1) * cell for edge in (box.bottom, box.right))
        return Box(max(0, top), max(0, left), min(self.source.height, bottom), min(self.source.width, right))

    def _change(self, tile: Tile, part: Box) -> tuple[Floats, Floats]:
        shown = self.source.read(tile.outer)
        guess = None if self.guess is None else self.guess.read(tile.outer)
        restored = self.kernel(shown, self.tiling.window(tile.outer), guess)
        box = part.inside(tile.outer)
        kept = (0, slice(None), slice(box.top, box.bottom), slice(box.left, box.right))
        before, after = shown[kept].transpose(1, 2, 0), restored[kept].transpose(1, 2, 0)
        # a picture's values are in [0, 1]; what a model says beyond that is not meant
        change = np.clip(after, 0.0, 1.0) - before
        if np.isnan(change.sum()):
            raise EngineError("The model gave no picture (not-a-number values). Its weights do not fit this picture or device.")
        return before, change
