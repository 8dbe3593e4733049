"""One adjustment on pixels."""

from collections.abc import Callable
from typing import Final

import numpy as np

from . import colour, tone
from .names import Adjustment, clamp
from .spaces import decode, encode

FORMULAS: Final[dict[Adjustment, Callable[[np.ndarray, float], np.ndarray]]] = {
    "exposure": tone.exposure,
    "contrast": tone.contrast,
    "saturation": colour.saturation,
    "vibrance": colour.vibrance,
    "temperature": colour.temperature,
    "tint": colour.tint,
    "shadows": tone.shadows,
    "highlights": tone.highlights,
    "blacks": tone.blacks,
    "whites": tone.whites,
    "black_and_white": colour.black_and_white,
}

COLOURING: Final = ("temperature", "tint")
"""What may give a gray a colour: it is what they are for."""


def adjust(pixels: np.ndarray, name: Adjustment, amount: float) -> np.ndarray:
    """(..., 3) float32, sRGB-encoded, any finite values -> the same, adjusted. Each pixel by itself, so tiles agree exactly.

    amount: as in `names.RANGES`, clamped to it; 0 gives `pixels` itself. R = G = B in gives R = G = B out, exactly, but for
    temperature and tint.
    """
    amount = clamp(name, amount)
    if amount == 0:
        return pixels
    out = encode(FORMULAS[name](decode(pixels), amount))
    if name not in COLOURING:
        neutral = (pixels[..., 0] == pixels[..., 1]) & (pixels[..., 1] == pixels[..., 2])
        if name == "black_and_white" and amount == 1:
            neutral = np.ones_like(neutral)
        out[neutral] = out[neutral][:, 1:2]
    return out
