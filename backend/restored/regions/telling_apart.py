"""What was found in a small picture, told from what is beside it by the colours of both.

A place is judged by areas, so that its judge is least sure where it ends: at an awning, over a roof. There each pixel is asked
whether its colour is one of the place or one of what is around it (normal densities of both around each pixel, or of any colour
at all), and what is answered is weighed with what was found (Bayes)."""

from typing import Final

import numpy as np

from .fields import box_mean, smoothstep, widened

INSIDE: Final = (0.7, 0.8)
OUTSIDE: Final = (0.3, 0.2)
"""From where on a pixel counts among the colours of the place, and among those of what is around it."""

NEAR: Final = 10
FAR: Final = 40
"""Pixels around one whose colours count, and where those are too few."""

FEW: Final = 0.05
SPREAD: Final = 4e-4
"""The variance that a place has at least: 5 of 255."""

WEIGHT: Final = 0.5
SUREST: Final = 4.0
"""How much colours count beside what was found, of a logarithm of odds, and the most that they say: neighbours are alike, so that
each by itself says less than it seems to."""

GROWN: Final = 2
"""Pixels beyond what was found that may belong to it."""


def told_apart(image: np.ndarray, found: np.ndarray) -> np.ndarray:
    """(h, w) float32 in [0, 1], how surely a pixel belongs to the place. image: (h, w, 3) in [0, 1]; found: (h, w), what was
    found. On 21 skies drawn by hand the overlap goes from 0.790 to 0.794 (median 0.896 to 0.898), 1.06 to 1.07 % of
    pictures without one."""
    place, around = smoothstep(*INSIDE, found), smoothstep(*OUTSIDE, found)
    if not place.any() or not around.any():
        return found
    # -2 log of a density; that of any colour at all is 1
    unlike, other = _unlikely(image, place), np.minimum(_unlikely(image, around), 0.0)
    says = np.clip((other - unlike) / 2, -SUREST, SUREST)
    sure = np.clip(found, 0.02, 0.98)
    odds = np.log(sure / (1 - sure)) + WEIGHT * says
    judged = 1 / (1 + np.exp(-odds))
    near = widened((found > 0.5).astype(np.float32), GROWN) > 0
    return np.where(near, judged, np.minimum(found, judged)).astype(np.float32)


def _unlikely(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How unlikely each pixel's colour is among those of `weight` around it."""
    (*near, share), (*far, _) = _colours(image, weight, NEAR), _colours(image, weight, FAR)
    close = np.clip(share / FEW, 0.0, 1.0)[..., None]
    mean, variance = (close * a + (1 - close) * b for a, b in zip(near, far, strict=True))
    variance = variance + SPREAD
    return ((image - mean) ** 2 / variance + np.log(variance)).sum(axis=-1)


def _colours(image: np.ndarray, weight: np.ndarray, radius: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and variance of the colours of `weight` around each pixel, (h, w, 3), and how much of it there is, (h, w)."""
    planes = np.concatenate([image * weight[..., None], image * image * weight[..., None], weight[..., None]], axis=-1)
    sums = box_mean(planes, radius)
    share = np.maximum(sums[..., 6:], 1e-4)
    mean = sums[..., :3] / share
    return mean, np.maximum(sums[..., 3:6] / share - mean * mean, 0.0), sums[..., 6]
