"""A coarse grid of values over a picture, read at any of its boxes, so that tiles agree."""

import numpy as np

from restored.engine.picture.pixels import Box, Floats


def read_grid(grid: Floats, box: Box, cell: int) -> Floats:
    """A grid (rows, columns, channels) of `cell` x `cell` pixels each, as (box height, box width, channels): bilinear between
    cell centres, the outermost cells' values beyond them."""
    top, down = _between(box.top, box.bottom, grid.shape[0], cell)
    left, right = _between(box.left, box.right, grid.shape[1], cell)
    down, right = down[:, None, None], right[None, :, None]
    first = int(left[0][0])
    near = grid[:, first : int(left[1][-1]) + 1]
    lines = near[top[0]] * (1 - down) + near[top[1]] * down
    return np.asarray(lines[:, left[0] - first] * (1 - right) + lines[:, left[1] - first] * right, np.float32)


def _between(start: int, stop: int, cells: int, cell: int) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """For each pixel: the cells on either side, and how far it lies towards the second."""
    place = np.clip((np.arange(start, stop) + 0.5) / cell - 0.5, 0, cells - 1)
    low = place.astype(np.intp)
    return (low, np.minimum(low + 1, cells - 1)), (place - low).astype(np.float32)
