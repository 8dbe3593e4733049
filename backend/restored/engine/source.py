"""Windows of a layer as a model wants them: three planes in [0, 1], clamped, finite, mirrored beyond the picture's edges."""

from typing import Literal

import numpy as np

from .holes import fill_grid, may_hide, read_grid
from .pixels import Box, Floats, Layer, colours, to_unit, visible

Edge = Literal["mirror", "zero"]
"""What lies beyond the picture: its own reflection, or zeros (what InstructIR was trained with)."""


class LayerSource:
    """Reads windows of a layer without ever holding a float copy of the whole.

    `colour`, where given, is an H x W x 3 array in [0, 1] that stands in for the layer's own colour: the result of an
    earlier pass. What is hidden is always decided by the layer.
    """

    def __init__(self, layer: Layer, *, edge: Edge = "mirror", colour: np.ndarray | None = None) -> None:
        self.layer = layer
        self.edge = edge
        self.colour = colour
        self.height, self.width = layer.shape[:2]
        self._grid = fill_grid(layer) if may_hide(layer) else None

    @property
    def anything_visible(self) -> bool:
        """False when no pixel of the layer shows a finite colour: then there is nothing to restore."""
        if self._grid is None:
            return True
        seen = (visible(self.layer[row : row + 256]) for row in range(0, self.height, 256))
        return any(part is None or part.any() for part in seen)

    def with_colour(self, colour: np.ndarray | None) -> "LayerSource":
        """The same picture after a pass: same hidden pixels, new colour."""
        other = object.__new__(LayerSource)
        other.__dict__.update(self.__dict__, colour=colour)
        return other

    def inside(self, box: Box) -> Floats:
        """(h, w, 3) float32 in [0, 1] for a box inside the picture, hidden pixels filled from their neighbours."""
        if self.colour is not None:
            return np.asarray(box.of(self.colour), np.float32)
        block = box.of(self.layer)
        unit = to_unit(block[..., : colours(self.layer)])
        if self._grid is not None:
            seen = visible(block)
            if seen is not None:
                np.copyto(unit, read_grid(self._grid, box), where=~seen[..., None])
        if block.dtype.kind == "f":
            np.clip(unit, 0.0, 1.0, out=unit)
        return unit if unit.shape[2] == 3 else np.repeat(unit, 3, axis=2)

    def read(self, box: Box) -> Floats:
        """(1, 3, h, w) float32 for any box, the edges continued as `edge` says."""
        inner = Box(
            max(box.top, 0), max(box.left, 0), min(box.bottom, self.height), min(box.right, self.width)
        )  # the plan never asks for a box that lies wholly outside
        if inner == box:
            return np.ascontiguousarray(self.inside(box).transpose(2, 0, 1))[None]
        if self.edge == "zero":
            out = np.zeros((1, 3, box.height, box.width), np.float32)
            top, left = inner.top - box.top, inner.left - box.left
            out[0, :, top : top + inner.height, left : left + inner.width] = self.inside(inner).transpose(2, 0, 1)
            return out
        rows, columns = mirrored(box.top, box.bottom, self.height), mirrored(box.left, box.right, self.width)
        reach = Box(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
        pixels = self.inside(reach)[(rows - reach.top)[:, None], (columns - reach.left)[None, :]]
        return np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]


def mirrored(start: int, stop: int, size: int) -> np.ndarray:
    """Indices start..stop-1 folded into 0..size-1 by reflection without repeating the edge, as often as needed."""
    if size == 1:
        return np.zeros(stop - start, np.intp)
    period = 2 * (size - 1)
    folded = np.abs(np.arange(start, stop)) % period
    return np.minimum(folded, period - folded)
