"""Finds sky, skin and text on a small picture of the whole, in a few milliseconds at 256 pixels.

image: (h, w, 3) float32 in [0, 1], sRGB-encoded. Each gives (h, w) float32 in [0, 1], how surely a pixel belongs to the place.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from . import sky_network
from .fields import box_mean, smoothstep
from .names import Place
from .telling_apart import told_apart

LEAST: Final = 0.01
"""Share of a picture below which what looks like sky is none."""


def sky(image: np.ndarray) -> np.ndarray:
    """A trained network finds skies of most weathers and hours; what is smooth, of a sky's colour and joined to the top edge is
    one too; where it ends its colours say. None where it would be a strip or a window."""
    found = told_apart(image, np.maximum(sky_network.probability(image), _joined_to_the_top(image)))
    return found if (found >= 0.5).mean() >= LEAST else np.zeros_like(found)


def _joined_to_the_top(image: np.ndarray) -> np.ndarray:
    """Smooth, bright or blue, and joined to the top edge of the picture by pixels of its kind.

    Seeds are what looks like sky along the top; from there it grows downward and sideways over smooth pixels whose colour is
    near that of the sky above them, and stops at texture.
    """
    height, width = image.shape[:2]
    gray = image.mean(axis=-1)
    rough = np.sqrt(np.maximum(box_mean(gray * gray, 2) - box_mean(gray, 2) ** 2, 0.0))
    red, green, blue = (image[..., c] for c in range(3))
    high, low = image.max(axis=-1), image.min(axis=-1)
    saturation = (high - low) / (high + 0.02)
    bluish = smoothstep(-0.02, 0.08, blue - np.maximum(red, green) * 0.97) * smoothstep(0.15, 0.4, high)
    pale = smoothstep(0.55, 0.8, gray) * smoothstep(0.3, 0.1, saturation)
    warm = smoothstep(0.45, 0.7, high) * smoothstep(0.05, 0.2, red - blue) * smoothstep(0.03, 0.01, rough)
    greenish = smoothstep(0.0, 0.05, green - np.maximum(red, blue))
    likely = np.maximum(np.maximum(bluish, pale), 0.7 * warm) * (1 - greenish) * smoothstep(0.09, 0.035, rough)
    inside = _joined(likely > 0.35, image, np.arange(height)[:, None] < max(1, height // 24))
    # a sky is an area, not a strip or a window
    if inside.mean() < 0.01 or inside[: max(1, height // 12)].mean() < 0.1:
        return np.zeros((height, width), np.float32)
    return np.clip(box_mean(inside.astype(np.float32), 1) * 1.5 - 0.25, 0.0, 1.0)


def _joined(allowed: np.ndarray, image: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Pixels reached from `seeds` over allowed neighbours whose colour differs little from the one they are reached from."""
    inside = allowed & seeds
    steps = {}
    for axis in (0, 1):
        steps[axis] = np.abs(np.diff(image, axis=axis)).max(axis=-1) < 0.06
    for _ in range(sum(image.shape[:2])):
        before = inside.copy()
        inside[1:] |= inside[:-1] & steps[0] & allowed[1:]
        inside[:-1] |= inside[1:] & steps[0] & allowed[:-1]
        inside[:, 1:] |= inside[:, :-1] & steps[1] & allowed[:, 1:]
        inside[:, :-1] |= inside[:, 1:] & steps[1] & allowed[:, :-1]
        if (inside == before).all():
            break
    return inside


def skin(image: np.ndarray) -> np.ndarray:
    """Skin of any tone: hue between red and yellow, moderate saturation, red leading green leading blue in a ratio that
    haemoglobin and melanin give (chrominance box after Chai and Ngan 1999, widened to dark skin), and not too rough."""
    red, green, blue = (image[..., c] for c in range(3))
    cb = 0.5 - 0.168736 * red - 0.331264 * green + 0.5 * blue
    cr = 0.5 + 0.5 * red - 0.418688 * green - 0.081312 * blue
    gray = image.mean(axis=-1)
    # dark skin has less chroma in the same direction: the box shrinks towards neutral with the light
    light = np.clip(gray / 0.5, 0.25, 1.0)
    across, along = (0.5 - cb) / light, (cr - 0.5) / light
    inside = smoothstep(0.02, 0.045, across) * smoothstep(0.24, 0.19, across)
    inside *= smoothstep(0.02, 0.05, along) * smoothstep(0.2, 0.16, along)
    ratio = (red - green) / (np.maximum(green - blue, -0.019) + 0.02)
    inside *= smoothstep(0.35, 0.6, ratio) * smoothstep(0.07, 0.12, gray) * smoothstep(0.98, 0.9, gray)
    rough = np.sqrt(np.maximum(box_mean(gray * gray, 2) - box_mean(gray, 2) ** 2, 0.0))
    found = box_mean((inside * smoothstep(0.16, 0.08, rough)).astype(np.float32), 2)
    return smoothstep(0.25, 0.55, found)


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
