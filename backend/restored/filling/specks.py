"""Dust: small spots that are lighter or darker than everything around them, where that is even."""

from typing import Final

import numpy as np
import numpy.typing as npt

from .lines import shifted

Floats = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]

RADII: Final = (3, 6)
"""Of the rings that a spot is compared with."""

PLAIN: Final = 14.0 / 255
"""The least contrast of a spot."""

SURE: Final = 7.0
"""Its contrast in deviations of its surroundings."""

EVEN: Final = 0.35
"""How much a ring may vary, as a share of the contrast."""


def specks(luma: Floats, noise: Floats) -> Marks:
    """(H, W): where spots are. As `lines`."""
    found = np.zeros(luma.shape, bool)
    for radius in RADII:
        angles = np.arange(12) * np.pi / 6
        ring = [shifted(luma, round(radius * np.sin(a)), round(radius * np.cos(a))) for a in angles]
        high, low = np.maximum.reduce(ring), np.minimum.reduce(ring)
        least = np.maximum(SURE * noise, np.float32(PLAIN))
        for contrast in (luma - high, low - luma):
            spot = (contrast > least) & (high - low < EVEN * contrast)
            found |= spot
    return found
