"""Between a file's own colour space and the sRGB-encoded values that the engine works on.

Pictures in sRGB, or without a profile, go through at their own depth, untouched. Others (Adobe RGB, Display P3, ProPhoto...)
become float32 with colours outside sRGB below 0 or above 1, so nothing is clipped, whatever the file's depth; and on
the way back only the *difference* that the restoration made is added to the original numbers. A pixel that was not changed
therefore keeps its exact value, and the profile still describes the result. Gray pictures keep their values where their profile's
tone curve is about sRGB's, as mostly; others (linear light, print) are converted as colour is.
"""

from functools import lru_cache
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from restored.engine.picture.pixels import to_unit

from .depth import to_depth
from .errors import PictureError
from .profiles import srgb_gray

_ROWS: Final = 256
"""Rows converted at a time, so that the conversion needs little memory of its own."""


_GRAY_SAME: Final = 0.05
"""How far a gray profile's curve may be from sRGB's to be taken for it: a gamma of 2.2 is off by 0.03 in the deepest shadows."""


def needs_conversion(icc: bytes | None, channels: int) -> bool:
    """True when values under this profile mean something else than in sRGB: colours by more than half an 8-bit step."""
    return icc is not None and not (_is_srgb(icc) if channels >= 3 else _is_usual_gray(icc))


def to_srgb(pixels: NDArray, icc: bytes | None) -> NDArray:
    """(H, W, C) pixels as sRGB-encoded values: the same array where none of it changes, else float32, unclipped."""
    if not needs_conversion(icc, pixels.shape[2]):
        return pixels
    assert icc is not None
    count = _colours(pixels)
    out = to_unit(pixels)
    out[..., :count] = _transform(out[..., :count], icc, _own(count))
    return out


def from_srgb(restored: NDArray, original: NDArray, icc: bytes | None) -> NDArray:
    """Bring a restoration of `to_srgb(original, icc)` back to the space and depth of `original`.

    Where both have one size the result is `original` plus the converted difference; an enlargement is converted as it is.
    """
    if not needs_conversion(icc, original.shape[2]):
        return restored
    assert icc is not None
    count = _colours(original)
    back = to_unit(restored)
    back[..., :count] = _transform(back[..., :count], _own(count), icc)
    if restored.shape == original.shape:
        sent = to_srgb(original, icc)
        home = _transform(sent[..., :count], _own(count), icc)
        start = to_unit(original)
        changed = np.any(restored[..., :count] != sent[..., :count], axis=2, keepdims=True) & np.isfinite(back[..., :count])
        with np.errstate(invalid="ignore"):  # inf - inf, where a pixel was not finite to begin with
            back[..., :count] = np.where(changed, start[..., :count] + (back[..., :count] - home), start[..., :count])
        result = to_depth(back, original.dtype)
        kept = np.broadcast_to(~changed, (*original.shape[:2], count))
        result[..., :count][kept] = original[..., :count][kept]
        result[..., count:] = original[..., count:]
        return result
    return to_depth(back, original.dtype)


def _colours(pixels: NDArray) -> int:
    return 1 if pixels.shape[2] < 3 else 3


def _own(count: int) -> bytes:
    """sRGB, for gray or for colour."""
    return _srgb() if count == 3 else srgb_gray()


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@lru_cache(maxsize=8)
def _is_srgb(icc: bytes) -> bool:
    """Measured, not read off a name: the profile is sRGB when converting from it changes nothing one could see."""
    axis = np.linspace(0, 1, 7, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(1, -1, 3)
    try:
        moved = imagecodecs.cms_transform(grid, icc, _srgb(), colorspace="rgb", outcolorspace="rgb")
    except Exception:  # lcms reports every profile it cannot use (gray, CMYK, damaged) this way
        return True
    return bool(np.abs(moved - grid).max() < 0.5 / 255)


@lru_cache(maxsize=8)
def _is_usual_gray(icc: bytes) -> bool:
    """Whether gray values under this profile mean about what they mean in sRGB; also for profiles of another kind."""
    ramp = np.linspace(0, 1, 33, dtype=np.float32).reshape(1, -1, 1)
    try:
        moved = imagecodecs.cms_transform(ramp, icc, srgb_gray(), colorspace="gray", outcolorspace="gray")
        imagecodecs.cms_transform(ramp, srgb_gray(), icc, colorspace="gray", outcolorspace="gray")
    except Exception:  # as above; and what has no way back is left as it is
        return True
    return bool(np.abs(np.reshape(moved, ramp.shape) - ramp).max() < _GRAY_SAME)


def _transform(values: NDArray, source: bytes, target: bytes) -> NDArray[np.float32]:
    """(H, W, 1 or 3) from one profile's space into another's."""
    space = "gray" if values.shape[2] == 1 else "rgb"
    out = np.empty(values.shape, np.float32)
    try:
        for top in range(0, values.shape[0], _ROWS):
            part = np.ascontiguousarray(values[top : top + _ROWS], dtype=np.float32)
            moved = imagecodecs.cms_transform(part, source, target, colorspace=space, outcolorspace=space)
            out[top : top + _ROWS] = np.reshape(moved, part.shape)
    except imagecodecs.CmsError as error:
        raise PictureError("The colour profile in this picture cannot be used. Convert the picture to sRGB first.") from error
    return out
