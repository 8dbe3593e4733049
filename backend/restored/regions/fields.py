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


def guide(image: np.ndarray, mask: np.ndarray, radius: int, epsilon: float = 1e-3) -> np.ndarray:
    """(h, w, 2) coefficients a, b of the guided filter (He, Sun, Tang 2013, eq. 5-6): mask = a * gray + b around each pixel, so
    that a mask found on a small picture takes the edges of the large one (fast guided filter, arXiv 1505.00996)."""
    gray = image.mean(axis=-1)
    mean, means = box_mean(gray, radius), box_mean(mask, radius)
    variance = box_mean(gray * gray, radius) - mean * mean
    a = (box_mean(gray * mask, radius) - mean * means) / (variance + epsilon)
    b = means - a * mean
    return box_mean(np.stack([a, b], axis=-1), radius)


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
