"""What a model is shown where a layer shows nothing: under zero alpha, and at NaN or inf.

The hidden colour must not bleed into its visible neighbours, and neither may black. So the model sees the neighbours' own
colour there: a coarse grid of the visible pixels' averages, its empty cells filled from ever wider surroundings (pull-push,
after Gortler et al., "The Lumigraph", 1996), read bilinearly (see `grids`). It is made once per picture, so tiles agree.
"""

from typing import Final

import numpy as np

from restored.engine.picture.pixels import Floats, Layer, colours, to_unit, visible

CELL: Final = 16
"""Side of a grid cell in pixels: fine enough to follow an edge, coarse enough that 12 megapixels make a small grid."""


def fill_grid(image: Layer) -> Floats | None:
    """The (rows, columns, colours) grid in [0, 1] that `read_grid` samples, or None when every pixel of `image` is visible."""
    height, width = image.shape[:2]
    rows, columns = -(-height // CELL), -(-width // CELL)
    total = np.zeros((rows, columns, colours(image)), np.float32)
    count = np.zeros((rows, columns, 1), np.float32)
    hidden = False
    for row in range(rows):
        strip = image[row * CELL : (row + 1) * CELL]
        seen = visible(strip)
        hidden |= seen is not None
        weight = np.ones(strip.shape[:2], np.float32) if seen is None else seen.astype(np.float32)
        values = np.clip(to_unit(strip[..., : colours(image)]), 0.0, 1.0)
        if seen is not None:
            values[~seen] = 0.0
        starts = np.arange(0, width, CELL)
        total[row] = np.add.reduceat(values.sum(axis=0), starts, axis=0)
        count[row] = np.add.reduceat(weight.sum(axis=0), starts, axis=0)[:, None]
    return _pull_push(total, count) if hidden else None


def may_hide(image: Layer) -> bool:
    """A quick look: could any pixel of `image` be hidden at all?"""
    return any(visible(image[row : row + 256]) is not None for row in range(0, image.shape[0], 256))


def _pull_push(total: Floats, count: Floats) -> Floats:
    """Averages where count > 0, elsewhere the average of the next coarser level that has one (0 when there is none)."""
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    if (count > 0).all() or total.shape[:2] == (1, 1):
        return mean
    pad = [(0, total.shape[0] % 2), (0, total.shape[1] % 2), (0, 0)]
    coarser = _pull_push(_halved(np.pad(total, pad)), _halved(np.pad(count, pad)))
    wide = coarser.repeat(2, axis=0).repeat(2, axis=1)[: total.shape[0], : total.shape[1]]
    return np.where(count > 0, mean, wide)


def _halved(grid: Floats) -> Floats:
    return grid[::2, ::2] + grid[1::2, ::2] + grid[::2, 1::2] + grid[1::2, 1::2]
