"""The colour spaces that the formulas work in. All functions take (..., 3) or (...) float32 and accept any finite value.

sRGB: IEC 61966-2-1, continued beyond [0, 1] by its own formula and below 0 by its mirror image, as scRGB does.
Oklab: B. Ottosson, "A perceptual color space for image processing" (2020).
"""

from typing import Final

import numpy as np

RGB_TO_XYZ: Final = np.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]], np.float64
)
"""Linear sRGB to CIE XYZ, white at Y = 1."""

LUMINANCE: Final = RGB_TO_XYZ[1].astype(np.float32)

_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_TO_LMS: Final = _LMS.T.astype(np.float32)
_TO_LAB: Final = _LAB.T.astype(np.float32)
_FROM_LMS: Final = np.linalg.inv(_LMS).T.astype(np.float32)
_FROM_LAB: Final = np.linalg.inv(_LAB).T.astype(np.float32)


def decode(encoded: np.ndarray) -> np.ndarray:
    """sRGB-encoded -> linear light."""
    size = np.abs(encoded)
    linear = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** np.float32(2.4))
    return np.copysign(linear, encoded).astype(np.float32)


def encode(linear: np.ndarray) -> np.ndarray:
    """Linear light -> sRGB-encoded."""
    size = np.abs(linear)
    encoded = np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** np.float32(1 / 2.4) - 0.055)
    return np.copysign(encoded, linear).astype(np.float32)


def luminance(linear: np.ndarray) -> np.ndarray:
    """(..., 3) linear light -> (...) relative luminance."""
    return linear @ LUMINANCE


def to_oklab(linear: np.ndarray) -> np.ndarray:
    """Linear light -> L, a, b."""
    return np.cbrt(linear @ _TO_LMS) @ _TO_LAB


def from_oklab(lab: np.ndarray) -> np.ndarray:
    """L, a, b -> linear light, unclamped."""
    return (lab @ _FROM_LAB) ** 3 @ _FROM_LMS


def with_luminance(linear: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Colours moved from one luminance to another: by a factor, which keeps hue and saturation; what a factor of 8 cannot reach
    is added as gray, so that the colour noise of a black is not blown up with it."""
    safe = np.where(before > 1e-6, before, 1.0)
    ratio = np.where(before > 1e-6, np.clip(after / safe, 0.0, 8.0), 1.0).astype(np.float32)
    return linear * ratio[..., None] + (after - before * ratio)[..., None]
