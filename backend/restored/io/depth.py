"""Numbers of one depth as numbers of another, for files that hold less (or more) than the pixels they are to take."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from restored.engine.picture.pixels import full_scale, to_unit


def to_depth(pixels: NDArray, dtype: DTypeLike) -> NDArray:
    """The same picture at another depth; integers are rounded, and clipped to what they can hold (NaN becomes 0)."""
    target = np.dtype(dtype)
    if pixels.dtype == target:
        return pixels
    values = pixels if pixels.dtype.kind == "f" else to_unit(pixels)
    if target.kind == "f":
        return values.astype(target)
    # float64 for 32-bit integers: float32 would round their maximum up to a number that does not fit
    exact = values.astype(np.float64 if target.itemsize == 4 else np.float32)
    scaled = exact if np.isfinite(exact).all() else np.nan_to_num(exact, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    np.clip(scaled, 0, 1, out=scaled)
    scaled *= full_scale(target)
    return np.rint(scaled, out=scaled).astype(target)


def straight(pixels: NDArray) -> NDArray:
    """(H, W, 2 or 4) premultiplied pixels with their colours divided by alpha again, at the same depth."""
    values = to_unit(pixels)
    alpha = values[..., -1:]
    values[..., :-1] = np.divide(values[..., :-1], alpha, out=np.zeros_like(values[..., :-1]), where=alpha > 0)
    return to_depth(values, pixels.dtype)
