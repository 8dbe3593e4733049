"""Colour profiles: made of a PNG's numbers, and found out to be usable before any work is done."""

import struct
from functools import lru_cache
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""x and y of white, red, green and blue."""

D65: Final = (0.3127, 0.3290)
_709: Final = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
PRIMARIES: Final[dict[int, Chromaticities]] = {
    1: (*D65, *_709),
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""ITU-T H.273, table 2: what a cICP chunk's first number names."""

SRGB_CURVE, LINEAR = 13, 8
_GAMMAS: Final = {4: 2.2, 5: 2.8, LINEAR: 1.0}
_VIDEO: Final = (1, 6, 14, 15)
HDR: Final = {16: "PQ", 18: "HLG"}
"""H.273, table 3: curves that say how bright a display shines, for which an ICC profile has no words."""


def from_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile that a cICP chunk means; None for sRGB itself and for codes that name nothing."""
    if primaries not in PRIMARIES or (primaries, transfer) == (1, SRGB_CURVE):
        return None
    if transfer in _GAMMAS:
        return matrix(PRIMARIES[primaries], gamma=_GAMMAS[transfer])
    if transfer == SRGB_CURVE or transfer in _VIDEO:
        return matrix(PRIMARIES[primaries], curve=_curve(transfer))
    return None


def from_gamma(gamma: float, chromaticities: Chromaticities | None) -> bytes | None:
    """The profile that a PNG's gAMA (as the file has it: 0.45455 for a usual picture) and cHRM mean; None for sRGB."""
    place = chromaticities or PRIMARIES[1]
    if abs(gamma - 1 / 2.2) < 0.005 and np.allclose(place, PRIMARIES[1], atol=0.002):
        return None
    return matrix(place, gamma=1 / gamma) if 0.1 <= gamma <= 10 else None


def gray_from_gamma(gamma: float) -> bytes | None:
    """The same for a gray picture."""
    if abs(gamma - 1 / 2.2) < 0.005 or not 0.1 <= gamma <= 10:
        return None
    return _made("gray", whitepoint=(*D65, 1.0), gamma=1 / gamma)


def matrix(place: Chromaticities, *, gamma: float | None = None, curve: NDArray | None = None) -> bytes | None:
    """A profile of white point, primaries and a tone curve; None where they name no colour space."""
    white, points = place[:2], place[2:]
    primaries = [number for i in range(0, 6, 2) for number in (points[i], points[i + 1], 1.0)]
    try:
        return _made("rgb", whitepoint=(*white, 1.0), primaries=primaries, transferfunction=curve, gamma=gamma)
    except Exception:  # lcms says so of primaries on one line and the like
        return None


def _curve(transfer: int) -> NDArray[np.float32]:
    encoded = np.linspace(0, 1, 1024)
    if transfer == SRGB_CURVE:
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    else:  # BT.709 and its relatives
        linear = np.where(encoded < 0.081, encoded / 4.5, ((encoded + 0.099) / 1.099) ** (1 / 0.45))
    return linear.astype(np.float32)


@lru_cache(maxsize=1)
def srgb() -> bytes:
    from PIL import ImageCms

    return _undated(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


@lru_cache(maxsize=1)
def srgb_gray() -> bytes:
    """Gray with sRGB's tone curve."""
    return _made("gray", whitepoint=(*D65, 1.0), transferfunction=_curve(SRGB_CURVE))


@lru_cache(maxsize=1)
def adobe_rgb() -> bytes:
    return _made("adobergb")


def _made(kind: str, **means: Any) -> bytes:
    """A profile as lcms makes it. Raises what imagecodecs raises."""
    return _undated(bytes(imagecodecs.cms_profile(kind, **means)))


def _undated(icc: bytes) -> bytes:
    """The same made on 1 January 2000 (ICC.1, 7.2.8): the same picture gives the same bytes in whichever second it is read."""
    return icc[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + icc[36:]


@lru_cache(maxsize=8)
def has_way_back(icc: bytes) -> bool:
    """False for profiles (of scanners, mostly) that tell what their numbers mean but not which numbers a colour has."""
    probe = np.full((1, 1, 3), 0.5, np.float32)
    try:
        imagecodecs.cms_transform(probe, icc, srgb(), colorspace="rgb", outcolorspace="rgb")
    except Exception:  # lcms says no in many ways
        return True  # cannot be used at all, so that it is carried and nothing is converted
    try:
        imagecodecs.cms_transform(probe, srgb(), icc, colorspace="rgb", outcolorspace="rgb")
    except Exception:  # as above
        return False
    return True


def space_of(icc: bytes | None) -> str:
    """The colour space that a profile is for: "RGB", "GRAY", "CMYK", "Lab"...; "" without one."""
    return icc[16:20].decode("latin-1").strip() if icc and len(icc) >= 128 else ""
