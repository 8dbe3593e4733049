"""Darks that must not turn red: a dye that faded leaves the darks of an old print brown or magenta, and what makes colours
stronger takes that for a colour."""

from typing import Final

import numpy as np

from .spaces import LUMINANCE
from .tone import smoothstep

DARK: Final = (0.5, 0.25)
"""Luma of what is not dark, and of what is."""

RED: Final = (0.45, 0.7)
"""How far red is above green, as a share of the largest difference of channels: of orange and violet, and of red and magenta."""

REDDER: Final = 1.2
LEAST_RED: Final = 0.08
"""How much the difference of channels may grow beyond the luma, and up to where it may in any case."""


def without_red_darks(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(..., 3) float32, sRGB-encoded -> `after`, in which darks are hardly redder than they were, for their luma, which stays.

    In plain differences of channels, as it is done to every pixel of a picture.
    """
    luma, gray = before @ LUMINANCE, after @ LUMINANCE
    much = np.maximum(_spread(after), 1e-6)
    red = smoothstep(*RED, (after[..., 0] - after[..., 1]) / much)
    lighter = np.maximum(gray / np.maximum(luma, 0.02), 1.0)
    most = np.maximum(REDDER * _spread(before) * lighter, LEAST_RED)
    less = red * smoothstep(*DARK, luma) * (1.0 - np.minimum(most / much, 1.0))
    return after + less[..., None] * (gray[..., None] - after)


def _spread(pixels: np.ndarray) -> np.ndarray:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
