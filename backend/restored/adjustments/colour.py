"""Saturation, vibrance, black and white, temperature and tint."""

from functools import lru_cache
from typing import Final

import numpy as np

from .spaces import RGB_TO_XYZ, from_oklab, luminance, to_oklab
from .tone import smoothstep

BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""XYZ to the sharpened cone responses in which white points are exchanged (Lam 1985; ICC.1 annex E)."""

DAYLIGHT: Final = 1e6 / 6504
"""The colour temperature of sRGB's white in mired (10^6 / kelvin): equal steps of it look equally large."""

MIRED: Final = 50.0
DUV: Final = 0.012
MUCH_COLOUR: Final = 0.22
"""Oklab chroma from which vibrance adds nothing."""

SKIN: Final = (0.35, 1.25)
"""Oklab hues of skin in radians; vibrance treats it half."""


def saturation(linear: np.ndarray, amount: float) -> np.ndarray:
    """Oklab chroma times 1 + amount, lightness and hue held."""
    lab = to_oklab(linear)
    lab[..., 1:] *= np.float32(1.0 + amount)
    return from_oklab(lab)


def vibrance(linear: np.ndarray, amount: float) -> np.ndarray:
    """As `saturation`, the more the paler a colour is, and half on the hues of skin."""
    lab = to_oklab(linear)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    middle, reach = (SKIN[0] + SKIN[1]) / 2, (SKIN[1] - SKIN[0]) / 2
    skin = 1.0 - smoothstep(reach * 0.6, reach * 1.4, np.abs(hue - middle))
    weight = (1.0 - smoothstep(0.0, MUCH_COLOUR, chroma)) * (1.0 - 0.5 * skin)
    lab[..., 1:] *= (1.0 + np.float32(amount) * weight)[..., None]
    return from_oklab(lab)


def black_and_white(linear: np.ndarray, amount: float) -> np.ndarray:
    """The relative luminance in all channels, mixed with the colour by the amount."""
    gray = luminance(linear)[..., None]
    return linear + np.float32(amount) * (gray - linear)


def temperature(linear: np.ndarray, amount: float) -> np.ndarray:
    """The white point moved along the daylight locus by `amount` * 50 mired, + warmer; luminance of neutrals held."""
    return linear @ _adaptation(float(amount), 0.0)


def tint(linear: np.ndarray, amount: float) -> np.ndarray:
    """The white point moved across the locus by `amount` * 0.012 Duv, + magenta; luminance of neutrals held."""
    return linear @ _adaptation(0.0, float(amount))


@lru_cache(maxsize=64)
def _adaptation(warmer: float, magenta: float) -> np.ndarray:
    """(3, 3) for rows of linear RGB: the Bradford transform from sRGB's white to the wanted one."""
    white, wanted = _white(DAYLIGHT, 0.0), _white(DAYLIGHT + MIRED * warmer, -DUV * magenta)
    gain = np.diag((BRADFORD @ wanted) / (BRADFORD @ white))
    matrix = np.linalg.inv(RGB_TO_XYZ) @ np.linalg.inv(BRADFORD) @ gain @ BRADFORD @ RGB_TO_XYZ
    matrix /= RGB_TO_XYZ[1] @ matrix @ np.ones(3)
    return matrix.T.astype(np.float32)


def _white(mired: float, duv: float) -> np.ndarray:
    """XYZ (Y = 1) of a daylight, or beside it by `duv` in CIE 1960 (u, v), + above the locus (Ohno 2014)."""
    u, v = _daylight(mired)
    if duv:
        ahead, behind = _daylight(mired + 1.0), _daylight(mired - 1.0)
        along = np.array(ahead) - np.array(behind)
        along /= np.hypot(*along)
        u, v = u - duv * along[1], v + duv * along[0]
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _daylight(mired: float) -> tuple[float, float]:
    """CIE daylight of a colour temperature (CIE 15:2004, eq. 3.2) as CIE 1960 (u, v); from 4,000 to 25,000 kelvin."""
    t = 1e6 / min(250.0, max(40.0, mired))
    if t <= 7000:
        x = -4.6070e9 / t**3 + 2.9678e6 / t**2 + 0.09911e3 / t + 0.244063
    else:
        x = -2.0064e9 / t**3 + 1.9018e6 / t**2 + 0.24748e3 / t + 0.237040
    y = -3.0 * x * x + 2.870 * x - 0.275
    below = -2 * x + 12 * y + 3
    return 4 * x / below, 6 * y / below
