"""What a change leaves of a pixel: its colour, where only its lightness may change."""

import numpy as np

from .spaces import decode, encode, from_oklab, to_oklab


def with_colours_of(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(..., 3) float32, sRGB-encoded -> `after` in lightness (Oklab L) with hue and chroma (a, b) of `before`, unclamped.

    Where nothing was changed nothing is, and R = G = B before gives R = G = B.
    """
    was, now = to_oklab(decode(before)), to_oklab(decode(after))
    lab = np.concatenate([now[..., :1], was[..., 1:]], axis=-1)
    out = encode(from_oklab(lab))
    neutral = (before[..., 0] == before[..., 1]) & (before[..., 1] == before[..., 2])
    out[neutral] = out[neutral][:, 1:2]
    return np.where((before == after).all(-1, keepdims=True), after, out)
