"""Between a file's own colour space and the sRGB-encoded values that the engine works on.

Pictures in sRGB, or without a profile, go through at their own depth, untouched. Others (Adobe RGB, Display P3, ProPhoto...)
become float32 with colours outside sRGB below 0 or above 1, so nothing is clipped, whatever the file's depth; and on
the way back only the *difference* that the restoration made is added to the original numbers. A pixel that was not changed
therefore keeps its exact value, and the profile still describes the result. Gray pictures keep their values where their profile's
tone curve is about sRGB's, as mostly; others (linear light, print) are converted as colour is.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from restored.engine.picture.pixels import to_unit
from restored.ground.cores import cores

from .depth import to_depth
from .errors import PictureError
from .matrix import SRGB, Curve, gray_of, matrix_of, moved
from .profiles import srgb, srgb_gray

_PIECE: Final = 1 << 16
"""Pixels converted at a time: what is in between stays in the processor's cache, and little memory is needed."""


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
    out = np.empty(pixels.shape, np.float32)

    def leave(rows: slice) -> None:
        part, left = pixels[rows], out[rows]
        _put(left, _transform(_planes(part, count), icc, _own(count)))
        for channel in range(count, pixels.shape[2]):
            to_unit(part[..., channel], left[..., channel])

    _by_rows(leave, pixels.shape)
    return out


def from_srgb(restored: NDArray, original: NDArray, icc: bytes | None, sent: NDArray | None = None) -> NDArray:
    """Bring a restoration of `to_srgb(original, icc)` back to the space and depth of `original`.

    Where both have one size the result is `original` plus the converted difference; an enlargement is converted as it is.
    sent: what `to_srgb` gave, from who still has it; it is a third of the work to find it again.
    """
    if not needs_conversion(icc, original.shape[2]):
        return restored
    assert icc is not None
    count = _colours(original)
    if restored.shape != original.shape:
        back = to_unit(restored)

        def enlarged(rows: slice) -> None:
            _put(back[rows], _transform(_planes(back[rows], count), _own(count), icc))

        _by_rows(enlarged, back.shape)
        return to_depth(back, original.dtype)
    result = original.copy()

    def bring(rows: slice) -> None:
        start = _planes(original[rows], count)
        left = _transform(start, icc, _own(count)) if sent is None else _planes(sent[rows], count)
        back, changed = _home(_planes(restored[rows], count), left, start, icc)
        for channel, plane in enumerate(to_depth(back, original.dtype)):
            np.copyto(result[rows, :, channel], plane, where=changed)

    _by_rows(bring, original.shape)
    return result


def _planes(block: NDArray, count: int) -> NDArray[np.float32]:
    """The first `count` channels of an (H, W, C) block as (count, H, W): each step that follows runs along memory."""
    planes = np.empty((count, *block.shape[:2]), np.float32)
    for channel in range(count):
        to_unit(block[..., channel], planes[channel])
    return planes


def _put(block: NDArray, planes: NDArray) -> None:
    """Planes as the first channels of a block."""
    for channel, plane in enumerate(planes):
        block[..., channel] = plane


def _by_rows(work: Callable[[slice], None], shape: tuple[int, ...]) -> None:
    """Have a picture worked on in pieces, by all cores that are free."""
    height, step = shape[0], max(1, _PIECE // max(1, shape[1]))
    pieces = [slice(top, top + step) for top in range(0, height, step)]
    if len(pieces) < 4:
        for piece in pieces:
            work(piece)
        return
    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(work, pieces))


def _home(
    restored: NDArray[np.float32], sent: NDArray[np.float32], start: NDArray[np.float32], icc: bytes
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Planes of a restoration in the space in which they came, and which of their pixels were changed at all. start: as they
    came."""
    back = _transform(restored, _own(len(restored)), icc)
    changed = (restored != sent).any(axis=0)
    if not _leads_back(icc):
        with np.errstate(invalid="ignore"):  # inf - inf, where a pixel was not finite to begin with
            back = start + (back - _transform(sent, _own(len(sent)), icc))
    finite = np.isfinite(back)
    return back, changed if finite.all() else changed & finite.all(axis=0)


@lru_cache(maxsize=8)
def _leads_back(icc: bytes) -> bool:
    """Whether going to sRGB and back by formula gives every value again, so that what came back needs no comparison."""
    space, gray = matrix_of(icc), gray_of(icc)
    curves = [*(space.curves if space else ()), *([gray] if gray else ())]
    return bool(curves) and not any(curve.table for curve in curves)


def _colours(pixels: NDArray) -> int:
    return 1 if pixels.shape[2] < 3 else 3


def _own(count: int) -> bytes:
    """sRGB, for gray or for colour."""
    return srgb() if count == 3 else srgb_gray()


@lru_cache(maxsize=8)
def _is_srgb(icc: bytes) -> bool:
    """Measured, not read off a name: the profile is sRGB when converting from it changes nothing one could see."""
    axis = np.linspace(0, 1, 7, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(1, -1, 3)
    try:
        moved = imagecodecs.cms_transform(grid, icc, srgb(), colorspace="rgb", outcolorspace="rgb")
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


def _gray(icc: bytes) -> Curve | None:
    """A gray profile's curve, by formula where it is our own, which is written as a table: that would end at 1."""
    return SRGB if icc == srgb_gray() else gray_of(icc)


def _transform(planes: NDArray[np.float32], source: bytes, target: bytes) -> NDArray[np.float32]:
    """(1 or 3, H, W) from one profile's space into another's. Raises PictureError."""
    if len(planes) == 1:
        gray, home = _gray(source), _gray(target)
        if gray is not None and home is not None:
            return home.encoded(gray.light(planes))
    else:
        one, other = matrix_of(source), matrix_of(target)
        if one is not None and other is not None:
            return moved(planes, one, other)
    space, pixels = "gray" if len(planes) == 1 else "rgb", np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    try:
        found = imagecodecs.cms_transform(pixels, source, target, colorspace=space, outcolorspace=space)
    except imagecodecs.CmsError as error:
        raise PictureError("The colour profile in this picture cannot be used. Convert the picture to sRGB first.") from error
    return np.ascontiguousarray(np.moveaxis(np.reshape(found, pixels.shape), -1, 0))
