"""Pictures in spaces that have no way back become RGB when they are read, with a sentence that says so."""

from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from . import profiles
from .errors import PictureError

_ROWS: Final = 256


def with_way_back(pixels: NDArray, icc: bytes | None) -> tuple[NDArray, bytes | None, tuple[str, ...]]:
    """(H, W, 3 or 4) pixels whose profile can only be read (a scanner's), in Adobe RGB; others as they are."""
    if icc is None or pixels.shape[2] < 3 or profiles.space_of(icc) != "RGB" or profiles.has_way_back(icc):
        return pixels, icc, ()
    out = pixels.copy()
    out[..., :3] = _converted(pixels[..., :3], icc, "rgb", pixels.dtype)
    note = "The colour profile of this picture (a scanner's, mostly) leads one way only, so the result is in Adobe RGB."
    return out, profiles.adobe_rgb(), (note,)


def cmyk(pixels: NDArray, icc: bytes | None, name: str) -> tuple[NDArray, bytes, tuple[str, ...]]:
    """(H, W, 4) ink (0 none, full scale all) as Adobe RGB of the same depth. Raises PictureError without a profile."""
    if icc is None or profiles.space_of(icc) != "CMYK":
        raise PictureError(
            f"“{name}” is in CMYK and carries no profile of its press, so nobody can tell which colours are meant. "
            "Convert it to RGB in the program that made it."
        )
    out = _converted(pixels, icc, "cmyk", pixels.dtype)
    return out, profiles.adobe_rgb(), ("This picture is in CMYK, colours for printing; the result is in Adobe RGB.",)


def lab(pixels: NDArray) -> tuple[NDArray, bytes, tuple[str, ...]]:
    """(H, W, 3) float32 CIE L*a*b* (D50; L 0..100) as 16-bit Adobe RGB."""
    out = _converted(pixels, bytes(imagecodecs.cms_profile("lab4")), "lab", np.dtype(np.uint16))
    return out, profiles.adobe_rgb(), ("This picture is in Lab; the result is in Adobe RGB, at 16 bits.",)


def _converted(pixels: NDArray, icc: bytes, space: str, dtype: np.dtype) -> NDArray:
    out = np.empty((*pixels.shape[:2], 3), dtype)
    try:
        for top in range(0, pixels.shape[0], _ROWS):
            part = np.ascontiguousarray(pixels[top : top + _ROWS])
            out[top : top + _ROWS] = imagecodecs.cms_transform(
                part, icc, profiles.adobe_rgb(), colorspace=space, outcolorspace="rgb", outdtype=dtype
            )
    except imagecodecs.CmsError as error:
        raise PictureError("The colour profile in this picture cannot be used. Convert the picture to sRGB first.") from error
    return out
