"""Where a region is, for whoever wants to see it: the weights by which a step of a plan is done there, as a mask."""

from typing import Final

import numpy as np
import numpy.typing as npt

from restored.engine.machine.store import Store
from restored.engine.picture.context import thumbnail
from restored.engine.picture.pixels import Box, Floats, Layer, check_layer
from restored.engine.picture.source import LayerSource
from restored.instruction.plan import Plan
from restored.regions import MARKS, Frame, Region

from .conduct import Cancel
from .marks import marks_of_layer
from .outcome import Progress
from .step_scope import StepScope

ROWS: Final = 256
"""Rows at a time: the floats of a whole photograph would take many times its memory."""


def mask_of_region(
    store: Store,
    layer: npt.NDArray,
    region: Region,
    context: Floats | None = None,
    place: Frame | None = None,
    tell: Progress | None = None,
    stop: Cancel | None = None,
) -> npt.NDArray[np.uint8]:
    """(h, w, 1) uint8, 255 where the step is done in full.

    layer, context, place, tell, stop: as of a job (`engine.run`). Raises PixelError for a layer that cannot be restored,
    Cancelled.
    """
    picture: Layer = check_layer(layer)
    source = LayerSource(picture)
    scope = StepScope(source, thumbnail(source) if context is None else context, Plan(), context is not None, place)
    scope.maps.prepare(region)
    marked = marks_of_layer(store, picture, tell, stop) if MARKS in region.places else None
    where = region.where
    mask = np.empty((source.height, source.width, 1), np.uint8)
    for top in range(0, source.height, ROWS):
        bottom = min(source.height, top + ROWS)
        box = Box(top, 0, bottom, source.width)
        weight = np.ones((box.height, box.width), np.float32) if where is None else scope.where(where, box)
        if marked is not None:
            here = marked[top:bottom]
            weight = weight * (~here if where is None and region.outside else here)
        mask[top:bottom, :, 0] = np.rint(weight * 255)
    return mask
