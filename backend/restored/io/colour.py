"""Between a file's own colour space and the sRGB-encoded values that the engine works on.

Pictures in sRGB, or without a profile, go through at their own depth, untouched. Others (Adobe RGB, Display P3, ProPhoto...)
become float32 with colours outside sRGB below 0 or above 1, so nothing is clipped, whatever the file's depth; and on
the way back only the *difference* that the restoration made is added to the original numbers. A pixel that was not changed
therefore keeps its exact value, and the profile still describes the result. Gray pictures keep their values: a gray profile's
tone curve is close enough to sRGB's for a restoration, and the difference is all that is added.
"""

from functools import lru_cache
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from restored.engine.pixels import to_unit

from .depth import to_depth
from .errors import PictureError

_ROWS: Final = 256
"""Rows converted at a time, so that the conversion needs little memory of its own."""


def needs_conversion(icc: bytes | None, channels: int) -> bool:
    """True when RGB values under this profile mean something else than in sRGB (by more than half an 8-bit step)."""
    return icc is not None and channels >= 3 and not _is_srgb(icc)


def to_srgb(pixels: NDArray, icc: bytes | None) -> NDArray:
    """(H, W, C) pixels as sRGB-encoded values: the same array where none of it changes, else float32, unclipped."""
    if not needs_conversion(icc, pixels.shape[2]):
        return pixels
    assert icc is not None
    out = to_unit(pixels)
    out[..., :3] = _transform(out[..., :3], icc, _srgb())
    return out


def from_srgb(restored: NDArray, original: NDArray, icc: bytes | None) -> NDArray:
    """Bring a restoration of `to_srgb(original, icc)` back to the space and depth of `original`.

    Where both have one size the result is `original` plus the converted difference; an enlargement is converted as it is.
    """
    if not needs_conversion(icc, original.shape[2]):
        return restored
    assert icc is not None
    back = to_unit(restored)
    back[..., :3] = _transform(back[..., :3], _srgb(), icc)
    if restored.shape == original.shape:
        sent = to_srgb(original, icc)
        home = _transform(sent[..., :3], _srgb(), icc)
        start = to_unit(original)
        changed = np.any(restored[..., :3] != sent[..., :3], axis=2, keepdims=True) & np.isfinite(back[..., :3])
        with np.errstate(invalid="ignore"):  # inf - inf, where a pixel was not finite to begin with
            back[..., :3] = np.where(changed, start[..., :3] + (back[..., :3] - home), start[..., :3])
        result = to_depth(back, original.dtype)
        kept = np.broadcast_to(~changed, (*original.shape[:2], 3))
        result[..., :3][kept] = original[..., :3][kept]
        result[..., 3:] = original[..., 3:]
        return result
    return to_depth(back, original.dtype)


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


def _transform(rgb: NDArray, source: bytes, target: bytes) -> NDArray[np.float32]:
    out = np.empty(rgb.shape, np.float32)
    try:
        for top in range(0, rgb.shape[0], _ROWS):
            part = np.ascontiguousarray(rgb[top : top + _ROWS], dtype=np.float32)
            out[top : top + _ROWS] = imagecodecs.cms_transform(part, source, target, colorspace="rgb", outcolorspace="rgb")
    except imagecodecs.CmsError as error:
        raise PictureError("The colour profile in this picture cannot be used. Convert the picture to sRGB first.") from error
    return out
