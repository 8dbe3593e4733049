"""Curves of luminance: contrast, shadows, highlights, blacks, whites. All leave R = G = B equal, and are monotone."""

import numpy as np

from .spaces import decode, encode, luminance, with_luminance

MIDDLE = 0.4613
"""Middle gray, 18 % of the light, as sRGB encodes it: what contrast leaves where it is."""

SHADOW_STOPS = 1.5
HIGHLIGHT_STOPS = 1.0


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between them (either may be the larger)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def contrast(linear: np.ndarray, amount: float) -> np.ndarray:
    """More: an S of two power curves that meet at middle gray with the slope 1 + amount, black and white held. Less: the encoded
    luminance drawn towards middle gray by the amount, to a flat gray at -1."""
    before = luminance(linear)
    t = encode(before)
    if amount >= 0:
        inside = np.clip(t, 0.0, 1.0)
        power = np.float32(1.0 + amount)
        low = MIDDLE * (np.minimum(inside, MIDDLE) / MIDDLE) ** power
        high = 1.0 - (1.0 - MIDDLE) * ((1.0 - np.maximum(inside, MIDDLE)) / (1.0 - MIDDLE)) ** power
        curve = np.where(inside < MIDDLE, low, high) + (t - inside)
    else:
        curve = MIDDLE + (t - MIDDLE) * (1.0 + amount)
    return with_luminance(linear, before, decode(curve.astype(np.float32)))


def shadows(linear: np.ndarray, amount: float) -> np.ndarray:
    """Stops in the shadows: all of them in the deep ones, none from the midtones on, black stays black."""
    return _stops(linear, amount * SHADOW_STOPS, 1.0 - _between(linear, -6.5, -1.8))


def highlights(linear: np.ndarray, amount: float) -> np.ndarray:
    """Stops in the highlights: none below the midtones, all of them at white."""
    return _stops(linear, amount * HIGHLIGHT_STOPS, _between(linear, -2.2, 0.0))


def blacks(linear: np.ndarray, amount: float) -> np.ndarray:
    """The black point: the darkest tones lifted (+) or pushed into black (-), white held."""
    before = luminance(linear)
    t = encode(before)
    curve = t + np.float32(0.12 * amount) * np.clip(1.0 - t, 0.0, 1.0) ** 3
    return with_luminance(linear, before, decode(curve))


def whites(linear: np.ndarray, amount: float) -> np.ndarray:
    """The white point: the brightest tones raised (+) or lowered (-), black held."""
    before = luminance(linear)
    t = encode(before)
    curve = t + np.float32(0.15 * amount) * np.clip(t, 0.0, 1.0) ** 3
    return with_luminance(linear, before, decode(curve))


def _between(linear: np.ndarray, low: float, high: float) -> np.ndarray:
    """How far the luminance lies between two exposures in stops below white."""
    return smoothstep(low, high, np.log2(np.maximum(luminance(linear), 1e-6)))


def _stops(linear: np.ndarray, stops: float, weight: np.ndarray) -> np.ndarray:
    return linear * np.exp2(np.float32(stops) * weight)[..., None]
