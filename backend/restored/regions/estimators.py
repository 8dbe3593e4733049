"""Finds sky, skin and text on a small picture of the whole, in a few milliseconds at 256 pixels.

image: (h, w, 3) float32 in [0, 1], sRGB-encoded. Each gives (h, w) float32 in [0, 1], how surely a pixel belongs to the place.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from . import pixels
from .fields import box_mean, smoothstep
from .names import Place

LEAST: Final = 0.01
"""Share of a picture below which what looks like sky is none."""


def sky(image: np.ndarray) -> np.ndarray:
    """Sky of any weather and hour, by a network that was trained on it; none where it would be a strip or a window."""
    found = pixels.probability("sky", image)
    return found if (found >= 0.5).mean() >= LEAST else np.zeros_like(found)


def skin(image: np.ndarray) -> np.ndarray:
    """Faces and bare skin of any tone, by a network that was trained on it."""
    return pixels.probability("skin", image)


def text(image: np.ndarray) -> np.ndarray:
    """Strokes: many strong steps in a small window, between two levels (most pixels near the darkest or the brightest of
    their surroundings), mostly neutral."""
    gray = image.mean(axis=-1)
    steps = np.zeros_like(gray)
    steps[:, 1:] += np.abs(np.diff(gray, axis=1))
    steps[1:] += np.abs(np.diff(gray, axis=0))
    dense = box_mean(steps, 4)
    deviation = np.sqrt(np.maximum(box_mean(gray * gray, 4) - box_mean(gray, 4) ** 2, 1e-8))
    chroma = box_mean(image.max(axis=-1) - image.min(axis=-1), 4)
    strokes = smoothstep(0.06, 0.13, dense) * smoothstep(0.08, 0.16, deviation) * smoothstep(0.25, 0.12, chroma)
    # a line of text lies on calm ground: the brightest tenth of its surroundings is one tone
    ground = box_mean((np.abs(gray - box_mean(gray, 8)) < 0.5 * deviation).astype(np.float32), 8)
    return smoothstep(0.3, 0.6, box_mean((strokes * smoothstep(0.9, 0.7, ground)).astype(np.float32), 3))


FINDERS: Final[dict[Place, Callable[[np.ndarray], np.ndarray]]] = {"sky": sky, "skin": skin, "text": text}
