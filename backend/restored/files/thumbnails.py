"""Small JPEGs of a picture before and after, for a page to look at."""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from restored.engine.picture.pixels import to_unit

from .one import Loaded
from .orders import Done

SIDE: Final = 640


@dataclass(frozen=True, slots=True)
class Pair:
    """JPEG files of the same size, at most `SIDE` pixels wide or high."""

    before: bytes
    after: bytes
    width: int
    height: int


def pair(loaded: Loaded, done: list[Done | None]) -> Pair | None:
    """The first page that changed, before and after; None when none did."""
    for layer, one in zip(loaded.layers, done, strict=True):
        if layer is not None and one is not None and one.pixels is not None:
            return of_arrays(layer, one.pixels)
    return None


def of_arrays(before: NDArray, after: NDArray) -> Pair:
    """From (H, W, C) sRGB-encoded pixels; an enlarged `after` is shown at the size of `before`."""
    height, width = before.shape[:2]
    ratio = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return Pair(_jpeg(before, size), _jpeg(after, size), *size)


def _jpeg(pixels: NDArray, size: tuple[int, int]) -> bytes:
    # thinned first: the rest is small whatever the picture was
    step = max(1, min(pixels.shape[0] // (2 * size[1]), pixels.shape[1] // (2 * size[0])))
    values = np.clip(np.nan_to_num(to_unit(np.ascontiguousarray(pixels[::step, ::step]))), 0, 1)
    if values.shape[2] in (2, 4):  # on a light ground
        values = values[..., :-1] * values[..., -1:] + (1 - values[..., -1:]) * 0.9
    whole = np.rint(values * 255).astype(np.uint8)
    image = Image.fromarray(whole[..., 0] if whole.shape[2] == 1 else whole).convert("RGB")
    buffer = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
