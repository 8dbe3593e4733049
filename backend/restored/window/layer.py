"""The picture in the window: what the engine is given of it, and what the screen shows."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from restored.engine.picture.context import thumbnail
from restored.engine.picture.pixels import to_unit
from restored.engine.picture.source import LayerSource
from restored.files import FileOrder, Loaded, load
from restored.files.walk import Names
from restored.ground.errors import FileError
from restored.service.arrays import pixels_of
from restored_client.desk.previewstate import Box
from restored_client.wire.pixels import Pixels

_RED = (255, 40, 70)


@dataclass(slots=True)
class Opened:
    """A file that was read, its first page that is restored, and the whole of it small."""

    source: Path
    target: Path
    loaded: Loaded
    layer: NDArray
    context: Pixels
    _small: tuple[tuple[int, int], NDArray] | None = None

    def crop(self, box: Box) -> NDArray:
        """A part of the layer as it is."""
        x, y, width, height = box
        return self.layer[y : y + height, x : x + width]

    def seen(self, box: Box, scale: float) -> NDArray:
        """A part of the layer at the size at which its preview travels: smaller where the whole is fitted into the view."""
        if scale >= 1.0:
            return self.crop(box)
        size = max(1, int(box[2] * scale)), max(1, int(box[3] * scale))
        kept = self._small
        if kept is None or kept[0] != size:  # asked for by the screen and, in another thread, for the engine
            kept = self._small = size, reduced(self.crop(box), *size)
        return kept[1]


def open_picture(source: Path) -> Opened:
    """Read a file for the window, which has a place beside it: no pipe, which might be waited for. Raises FileError."""
    if os.path.exists(source) and not (os.path.isfile(source) or os.path.isdir(source)):
        raise FileError(f"“{source}” is a pipe or a device, not a photograph's file.")
    target = free_place(source)
    loaded = load(source, target, FileOrder(instruction="-"))
    layer = next(layer for layer in loaded.layers if layer is not None)
    return Opened(source, target, loaded, layer, pixels_of(thumbnail(LayerSource(layer))))


def free_place(source: Path) -> Path:
    """Beside the original: `photo-restored.jpg`, or with a number when that is taken."""
    first = Names(source.parent, source.parent, suffix="-restored").target(source)
    place, number = first, 2
    while os.path.exists(place):  # a Path's own raises for a name that is too long, which `load` says in a sentence
        place = first.with_stem(f"{first.stem}-{number}")
        number += 1
    return place


def reduced(pixels: NDArray, width: int, height: int) -> NDArray:
    """(H, W, C) of any depth as (height, width, C) float32, 1.0 = full scale, each pixel the mean of those in its place; as it
    is where it is no larger. Read in strips, so that a large picture needs no float copy."""
    if (height, width) == pixels.shape[:2]:
        return to_unit(np.ascontiguousarray(pixels))
    tops = np.arange(height + 1) * pixels.shape[0] // height
    lefts = np.arange(width) * pixels.shape[1] // width
    counts = np.diff(np.append(lefts, pixels.shape[1])).astype(np.float32)[:, None]
    out = np.empty((height, width, pixels.shape[2]), np.float32)
    for row in range(height):
        strip = to_unit(np.ascontiguousarray(pixels[tops[row] : tops[row + 1]]))
        out[row] = np.add.reduceat(strip.mean(axis=0, dtype=np.float32), lefts, axis=0) / counts
    return out


def image_of(pixels: NDArray) -> QImage:
    """(H, W, C) sRGB-encoded pixels of any depth for the screen; what is transparent shows gray."""
    values = np.clip(np.nan_to_num(to_unit(np.ascontiguousarray(pixels))), 0, 1)
    if values.shape[2] in (2, 4):
        values = values[..., :-1] * values[..., -1:] + (1 - values[..., -1:]) * 0.5
    whole = np.ascontiguousarray(np.broadcast_to(np.rint(values * 255).astype(np.uint8), (*values.shape[:2], 3)))
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def veil_of(mask: Pixels) -> QImage:
    """What lies over the picture where a step applies: the redder, the more a pixel is meant."""
    weights = np.frombuffer(mask.view, np.uint8).reshape(mask.height, mask.width)
    values = np.empty((mask.height, mask.width, 4), np.uint8)
    values[..., :3] = _RED
    values[..., 3] = weights.astype(np.uint16) * 140 // 255
    return QImage(values.data, mask.width, mask.height, 4 * mask.width, QImage.Format.Format_RGBA8888).copy()
