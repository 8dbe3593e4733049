"""Curves of luminance: exposure, contrast, shadows, highlights, blacks, whites. All leave R = G = B equal, and are monotone."""

import numpy as np

from .spaces import decode, encode, from_oklab, luminance, to_oklab, with_luminance

MIDDLE = 0.4613
"""Middle gray, 18 % of the light, as sRGB encodes it: what contrast leaves where it is."""

SHADOW_STOPS = 1.5
HIGHLIGHT_STOPS = 1.0

RECOVERED_FROM = 0.5
"""Encoded luminance above which highlights are recovered."""

RECOVERED = 1.0
"""How deep the curve of recovered highlights lies below the diagonal: its slope is a third at least, and 3 at white."""

PALED = (-2.5, 0.0)
"""Stops below white of the largest channel between which a camera's shoulder and its clipping took colour away."""

COLOUR_BACK = 1.5
MOST_COLOUR = 2.0**-1
"""What of the chroma that darkening takes comes back, where all of it was paled; and the darkening for which it does at most."""


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between them (either may be the larger)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def exposure(linear: np.ndarray, amount: float) -> np.ndarray:
    """Linear light times 2 to the power of the stops. What gets darker gets back what cameras paled of it (`darkened`)."""
    if amount >= 0:
        return linear * np.float32(2.0**amount)
    return darkened(linear, np.full(linear.shape[:-1], 2.0**amount, np.float32))


def darkened(linear: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Colours at `factor` (...), in (0, 1], of their luminance, exactly; hue held.

    A camera's curve flattens towards white and ends at it, channel by channel, so that bright colours are paler than they were:
    a sky of 161, 197, 254 that is darkened by a factor alone turns slate. They get chroma (Oklab) back, the more the nearer their
    largest channel is to white.
    """
    lab = to_oklab(linear)
    largest = np.maximum(np.maximum(linear[..., 0], linear[..., 1]), linear[..., 2])
    paled = smoothstep(*PALED, np.log2(np.maximum(largest, 1e-6)))
    stops = np.log2(np.clip(factor, MOST_COLOUR, 1.0))
    lab[..., 1:] *= np.exp2(np.float32(-COLOUR_BACK / 3) * stops * paled)[..., None]
    out = from_oklab(lab)
    before, after = luminance(linear), luminance(out)
    sound = (before > 1e-6) & (after > 1e-6)
    held = np.where(sound, before / np.where(sound, after, 1.0), 1.0)
    return (out * (np.clip(held, 0.5, 2.0) * factor)[..., None]).astype(np.float32)


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
    """More: stops in the highlights, none below the midtones, all of them at white. Less: the bright tones drawn down by a curve
    that leaves white where it is, so that they get apart again, and what holds nothing but white stays paper."""
    if amount >= 0:
        return _stops(linear, amount * HIGHLIGHT_STOPS, _between(linear, -2.2, 0.0))
    before = luminance(linear)
    t = encode(before)
    u = np.clip((t - RECOVERED_FROM) / (1.0 - RECOVERED_FROM), 0.0, 1.0)
    after = decode((t + np.float32(RECOVERED * amount) * u * u * (1.0 - u)).astype(np.float32))
    return darkened(linear, np.where(u > 0, after / np.where(u > 0, before, 1.0), 1.0))


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
