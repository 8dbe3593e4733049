"""Where a layer seems to be scratched or dusty: a proposal of what is to be filled, for a person to look at."""

from typing import Final

import numpy as np
import numpy.typing as npt

from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Layer, check_layer, visible
from restored.engine.picture.source import LayerSource
from restored.filling.find import REACH, STEP, marks
from restored.filling.sceptic import without_crowds, without_frame

ROWS: Final = 8 * STEP
"""Rows at a time; a multiple of STEP, so that strips agree."""


def marks_of_layer(layer: npt.NDArray) -> npt.NDArray[np.bool_]:
    """(H, W): what seems to be scratches, dust and hairs; never where nothing is shown. Raises PixelError as a job does."""
    picture: Layer = check_layer(layer)
    source = LayerSource(picture)
    found = np.empty(picture.shape[:2], bool)
    for top in range(0, source.height, ROWS):
        bottom = min(source.height, top + ROWS)
        first, last = max(0, top - REACH), min(source.height, bottom + REACH)
        strip = marks(source.inside(Box(first, 0, last, source.width)))
        found[top:bottom] = strip[top - first : bottom - first]
    found = without_crowds(without_frame(found))
    seen = visible(picture)
    return found if seen is None else found & seen


def found_in(layer: npt.NDArray, mask: npt.NDArray | None) -> npt.NDArray[np.bool_]:
    """`marks_of_layer`, inside a mask (as a job has it) where there is one."""
    found = marks_of_layer(layer)
    if mask is None:
        return found
    where = Mask(mask, *layer.shape[:2])
    for top in range(0, len(found), ROWS):
        box = Box(top, 0, min(len(found), top + ROWS), layer.shape[1])
        found[box.top : box.bottom] &= np.asarray(where.weight(box, 1.0)) > 0
    return found
