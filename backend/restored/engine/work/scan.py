"""A model made ready for one picture at one scale, tile by tile."""

from dataclasses import dataclass

import numpy as np

from restored.engine.machine.runtimes import Kernel
from restored.engine.picture.pixels import Floats
from restored.engine.picture.source import LayerSource
from restored.engine.work.coarse import Guess
from restored.engine.work.tiles import Tile, Tiling
from restored.ground.errors import EngineError


@dataclass(frozen=True, slots=True)
class Scan:
    """source: the picture as the model is shown it; guess: what a coarser scan would add to it, if there was one."""

    kernel: Kernel
    source: LayerSource
    tiling: Tiling
    streams: int
    guess: Guess | None = None

    def change(self, tile: Tile) -> tuple[Floats, Floats]:
        """What the model was shown and what it would change, inside the tile's kept box, both (h, w, 3).

        Raises EngineError when the model gives no picture.
        """
        shown = self.source.read(tile.outer)
        guess = None if self.guess is None else self.guess.read(tile.outer)
        restored = self.kernel(shown, self.tiling.window(tile.outer), guess)
        box = tile.kept()
        kept = (0, slice(None), slice(box.top, box.bottom), slice(box.left, box.right))
        before, after = shown[kept].transpose(1, 2, 0), restored[kept].transpose(1, 2, 0)
        # a picture's values are in [0, 1]; what a model says beyond that is not meant
        change = np.clip(after, 0.0, 1.0) - before
        if np.isnan(change.sum()):
            raise EngineError("The model gave no picture (not-a-number values). Its weights do not fit this picture or device.")
        return before, change
