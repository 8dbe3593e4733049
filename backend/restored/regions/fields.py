"""Small image fields in numpy: box means, reading a coarse grid, the coefficients of a guided filter."""

import numpy as np


def box_mean(plane: np.ndarray, radius: int) -> np.ndarray:
    """Mean over (2 radius + 1)^2 pixels, fewer at the edges; (h, w) or (h, w, c)."""
    out = plane.astype(np.float64)
    for axis in (0, 1):
        size = out.shape[axis]
        sums = np.concatenate([np.zeros_like(np.take(out, [0], axis)), np.cumsum(out, axis)], axis)
        start, stop = np.maximum(np.arange(size) - radius, 0), np.minimum(np.arange(size) + radius + 1, size)
        count = (stop - start).reshape([-1 if a == axis else 1 for a in range(out.ndim)])
        out = (np.take(sums, stop, axis) - np.take(sums, start, axis)) / count
    return out.astype(np.float32)


class Guide:
    """The guided filter (He, Sun, Tang 2013, eq. 19-21) of one picture, (h, w, 3): mask = a . colour + b around each pixel, so
    that a mask found on a small picture takes the edges of the large one (fast guided filter, arXiv 1505.00996)."""

    def __init__(self, image: np.ndarray, radius: int, epsilon: float = 1e-4) -> None:
        self._image, self._radius = image, radius
        self._mean = box_mean(image, radius)
        pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
        products = box_mean(np.stack([image[..., i] * image[..., j] for i, j in pairs], axis=-1), radius)
        spread = [products[..., k] - self._mean[..., i] * self._mean[..., j] for k, (i, j) in enumerate(pairs)]
        rr, gg, bb, rg, rb, gb = (each.astype(np.float64) for each in spread)
        rr, gg, bb = rr + epsilon, gg + epsilon, bb + epsilon
        c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
        c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
        adjoint = np.stack([c00, c01, c02, c01, c11, c12, c02, c12, c22], axis=-1).reshape(*rr.shape, 3, 3)
        self._inverse = (adjoint / (rr * c00 + rg * c01 + rb * c02)[..., None, None]).astype(np.float32)

    def coefficients(self, mask: np.ndarray) -> np.ndarray:
        """(h, w, 4): a, of red, green and blue, and b. mask: (h, w) in [0, 1]."""
        found = box_mean(np.concatenate([self._image * mask[..., None], mask[..., None]], axis=-1), self._radius)
        shared = found[..., :3] - self._mean * found[..., 3:]
        a = (self._inverse * shared[..., None, :]).sum(axis=-1)
        b = found[..., 3] - (a * self._mean).sum(axis=-1)
        return box_mean(np.concatenate([a, b[..., None]], axis=-1), self._radius)


def guided(coefficients: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """The mask in [0, 1] that coefficients of a `Guide`, (h, w, 4), make of colours, (h, w, 3)."""
    return np.clip((coefficients[..., :3] * colours).sum(axis=-1) + coefficients[..., 3], 0.0, 1.0)


def widened(plane: np.ndarray, radius: int = 1) -> np.ndarray:
    """The largest of (2 radius + 1)^2 neighbours."""
    padded = np.pad(plane, radius, mode="edge")
    height, width = plane.shape
    side = range(2 * radius + 1)
    return np.maximum.reduce([padded[y : y + height, x : x + width] for y in side for x in side])


def read_at(grid: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """A grid (h, w, c) read bilinearly at row and column positions in [0, 1] of its height and width; (rows, columns, c)."""

    def between(place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        at = np.clip(place * size - 0.5, 0, size - 1)
        low = at.astype(np.intp)
        return low, np.minimum(low + 1, size - 1), (at - low).astype(np.float32)

    top, down, y = between(rows, grid.shape[0])
    left, right, x = between(columns, grid.shape[1])
    lines = grid[top] * (1 - y)[:, None, None] + grid[down] * y[:, None, None]
    return lines[:, left] * (1 - x)[None, :, None] + lines[:, right] * x[None, :, None]


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between them (either may be the larger)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
