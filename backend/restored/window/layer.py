"""The picture in the window: what the engine is given of it, and what the screen shows."""

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
from restored.service.arrays import pixels_of
from restored_client.wire.pixels import Pixels


@dataclass(slots=True)
class Opened:
    """A file that was read, its first page that is restored, and the whole of it small."""

    source: Path
    target: Path
    loaded: Loaded
    layer: NDArray
    context: Pixels

    def crop(self, box: tuple[int, int, int, int]) -> NDArray:
        """x, y, width, height."""
        x, y, width, height = box
        return self.layer[y : y + height, x : x + width]


def open_picture(source: Path) -> Opened:
    """Read a file for the window. Raises FileError."""
    target = free_place(source)
    loaded = load(source, target, FileOrder(instruction="-"))
    layer = next(layer for layer in loaded.layers if layer is not None)
    return Opened(source, target, loaded, layer, pixels_of(thumbnail(LayerSource(layer))))


def free_place(source: Path) -> Path:
    """Beside the original: `photo-restored.jpg`, or with a number when that is taken."""
    first = Names(source.parent, source.parent, suffix="-restored").target(source)
    place, number = first, 2
    while place.exists():
        place = first.with_stem(f"{first.stem}-{number}")
        number += 1
    return place


def image_of(pixels: NDArray) -> QImage:
    """(H, W, C) sRGB-encoded pixels of any depth for the screen; what is transparent shows gray."""
    values = np.clip(np.nan_to_num(to_unit(np.ascontiguousarray(pixels))), 0, 1)
    if values.shape[2] in (2, 4):
        values = values[..., :-1] * values[..., -1:] + (1 - values[..., -1:]) * 0.5
    whole = np.ascontiguousarray(np.broadcast_to(np.rint(values * 255).astype(np.uint8), (*values.shape[:2], 3)))
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
