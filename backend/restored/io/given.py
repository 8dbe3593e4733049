"""Pictures that a Python program holds: arrays and Pillow images, as the engine takes them, and back as they were."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from restored.ground.errors import PixelError

from .errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

_DIRECT: Final = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "I;16": 1, "F": 1}
_MULTIPLIED: Final = {"La": "LA", "RGBa": "RGBA"}
"""Pillow's modes of premultiplied alpha."""
_CARRIED: Final = ("icc_profile", "exif", "dpi", "xmp")

Back = Callable[[NDArray], Any]


def as_layer(picture: "NDArray | Image") -> tuple[NDArray, Back]:
    """A picture as (H, W, C), sRGB-encoded, and what makes the caller's kind of picture of a result of any size again.

    Arrays are sRGB-encoded already; float64 is computed as float32, and keeps its numbers where nothing changes. A Pillow image
    with a colour profile is converted as a file is (see `colour`). Raises PixelError or PictureError.
    """
    if isinstance(picture, np.ndarray):
        return _array(picture)
    return _pillow(picture)


def as_mask(mask: "NDArray | Image") -> NDArray:
    """A mask as (H, W)."""
    if isinstance(mask, np.ndarray):
        return mask
    if mask.mode.startswith("I"):
        return _whole_numbers(mask)
    return np.asarray(mask.convert("L") if mask.mode not in ("L", "F") else mask)


def _array(array: NDArray) -> tuple[NDArray, Back]:
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype == np.float64:
        given, (layer, back) = array, _array(array.astype(np.float32))
        return layer, lambda result: _doubled(given, layer, result, back)
    if array.ndim == 2:
        return array[..., None], lambda result: result[..., 0]
    return array, lambda result: result


def _doubled(given: NDArray, layer: NDArray, result: NDArray, back: Back) -> NDArray:
    """float64 again; exactly the caller's numbers where nothing was changed."""
    out = back(result).astype(np.float64)
    if result.shape == layer.shape:
        same = back((result == layer) | (np.isnan(result) & np.isnan(layer)))
        out[same] = given[same]
    return out


def _pillow(image: "Image") -> tuple[NDArray, Back]:
    from PIL import Image

    if not isinstance(image, Image.Image):
        raise PixelError(f"A picture must be a numpy array or a Pillow image, not {type(image).__name__}.")
    info, mode, multiplied = dict(image.info), image.mode, image.mode in _MULTIPLIED
    if mode == "CMYK":
        raise PixelError("CMYK pictures are not supported: convert the picture to RGB with its colour profile first.")
    if mode == "LAB":
        raise PixelError("Lab pictures are not supported: convert the picture to RGB first.")
    if mode.startswith("I"):
        stored = _whole_numbers(image)[..., None]
    else:
        if mode not in _DIRECT and not multiplied:
            transparent = "transparency" in info or mode == "PA"
            image = image.convert("RGBA" if transparent else "L" if mode == "1" else "RGB")
        array = np.asarray(image)
        stored = array.reshape(*array.shape[:2], -1)
    from .picture import Metadata, Picture
    from .sending import received, sent

    icc = info.get("icc_profile")
    picture = Picture(stored, "png", Metadata(icc=icc if isinstance(icc, bytes) else None), premultiplied=multiplied)

    def back(result: NDArray) -> "Image":
        pixels = received(result, picture)
        made = _integers(pixels[..., 0], mode) if mode.startswith("I") else None
        if made is None:
            made = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels, mode if multiplied else None)
        made.info.update({key: info[key] for key in _CARRIED if key in info})
        return made

    return sent(picture), back


def _whole_numbers(image: "Image") -> NDArray:
    """Pillow's integer modes as (H, W) uint16, or uint32 where there are numbers that need it: "I" says nothing of a scale."""
    array = np.asarray(image)
    array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype == np.uint16:
        return array
    if array.dtype.kind != "i" and array.dtype.kind != "u":
        raise PictureError(f"Pillow images of the mode {image.mode} are not known.")
    if array.size and array.min() >= 0 and array.max() <= 65_535:
        return array.astype(np.uint16)
    return array.astype(np.int32).view(np.uint32)  # 32-bit files come so, their upper half as negative numbers


def _integers(pixels: NDArray, mode: str) -> "Image":
    from PIL import Image

    if mode == "I":
        return Image.fromarray(pixels.astype(np.int32) if pixels.dtype == np.uint16 else pixels.view(np.int32))
    return Image.fromarray(pixels)
