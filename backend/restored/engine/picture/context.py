"""The context frame: the whole picture at most 256 px wide or high, which decides haze, light and colour."""

import numpy as np

from restored.engine.picture.hidden import may_hide
from restored.engine.picture.pixels import Box, Floats
from restored.engine.picture.source import LayerSource
from restored.ground.errors import PixelError
from restored.ground.limits import CONTEXT_SIDE


def thumbnail(source: LayerSource, side: int = CONTEXT_SIDE) -> Floats:
    """(h, w, 3) float32 in [0, 1]: the picture area-averaged to at most `side`, never enlarged.

    Every pixel counts exactly once (bins of whole pixels); hidden pixels count as what the model is shown there. Read in
    strips, so that a large picture needs no float copy.
    """
    height, width = small_size(source.height, source.width, side)
    tops = np.arange(height + 1) * source.height // height
    lefts = np.arange(width) * source.width // width
    counts = np.diff(np.append(lefts, source.width)).astype(np.float32)[:, None]
    out = np.empty((height, width, 3), np.float32)
    for row in range(height):
        strip = source.inside(Box(int(tops[row]), 0, int(tops[row + 1]), source.width))
        out[row] = np.add.reduceat(strip.mean(axis=0, dtype=np.float32), lefts, axis=0) / counts
    return out


def small_size(height: int, width: int, side: int = CONTEXT_SIDE) -> tuple[int, int]:
    """The height and width of the context frame of a picture of this size."""
    shrink = min(1.0, side / max(height, width))
    return max(1, round(height * shrink)), max(1, round(width * shrink))


def check_context(context: np.ndarray) -> Floats:
    """A caller's context frame as (h, w, 3) float32 in [0, 1], from any layer format; larger frames are reduced.

    Raises PixelError when it is not a picture.
    """
    if not isinstance(context, np.ndarray) or context.ndim != 3 or context.shape[2] not in (1, 2, 3, 4) or 0 in context.shape:
        raise PixelError("The context frame must be a picture, height x width x 1 to 4 channels.")
    if context.dtype == np.float64:
        context = context.astype(np.float32)
    source = LayerSource(context)
    if max(source.height, source.width) > CONTEXT_SIDE or may_hide(context):
        return thumbnail(source)
    return source.inside(Box(0, 0, source.height, source.width))
