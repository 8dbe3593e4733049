"""Windows of a layer as a model wants them: three planes in [0, 1], clamped, finite, mirrored beyond the picture's edges."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from restored.engine.picture.grids import read_grid
from restored.engine.picture.hidden import CELL, fill_grid, may_hide
from restored.engine.picture.pixels import Box, Floats, Layer, colours, to_unit, visible

Edge = Literal["mirror", "zero"]
"""What lies beyond the picture: its own reflection, or zeros (what InstructIR was trained with)."""


class LayerSource:
    """Reads windows of a layer without ever holding a float copy of the whole.

    `colour`, where given, is an array of the layer's size, of any depth and number of channels, whose colour stands in for the
    layer's own: the result of an earlier pass. What is hidden is always decided by the layer.
    """

    def __init__(self, layer: Layer, *, edge: Edge = "mirror", colour: np.ndarray | None = None) -> None:
        self.layer = layer
        self.edge: Edge = edge
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
        out = np.empty((3, box.height, box.width), np.float32)
        self._fill(box, out)
        return out.transpose(1, 2, 0)

    def read(self, box: Box) -> Floats:
        """(1, 3, h, w) float32 for any box, the edges continued as `edge` says.

        A mirrored box must show at least as much of the picture as it reaches beyond, or all of it.
        """
        return continued(box, self.height, self.width, self.edge, self._fill)

    def _fill(self, box: Box, out: Floats) -> None:
        """Write what a model sees of a box inside the picture into (3, h, w); plane by plane, so that nothing is transposed."""
        seen = visible(box.of(self.layer)) if self._grid is not None else None
        block = box.of(self.layer if self.colour is None else self.colour)
        filled = None if self._grid is None or seen is None else read_grid(self._grid, box, CELL)
        for channel in range(colours(block)):
            plane = out[channel]
            to_unit(block[..., channel], out=plane)
            if filled is not None and seen is not None:
                np.copyto(plane, filled[..., min(channel, filled.shape[2] - 1)], where=~seen)
            if block.dtype.kind == "f":
                np.clip(plane, 0.0, 1.0, out=plane)
        if colours(block) == 1:
            out[1:] = out[:1]


def continued(box: Box, height: int, width: int, edge: Edge, fill: Callable[[Box, Floats], None]) -> Floats:
    """(1, 3, h, w) float32 for a box that may reach beyond a height x width picture; `fill` writes the part inside, (3, h, w)."""
    inner = Box(max(box.top, 0), max(box.left, 0), min(box.bottom, height), min(box.right, width))
    out = np.empty((1, 3, box.height, box.width), np.float32)
    rows = slice(inner.top - box.top, inner.bottom - box.top)
    columns = slice(inner.left - box.left, inner.right - box.left)
    fill(inner, out[0, :, rows, columns])
    if inner == box:
        return out
    if edge == "zero":
        for beyond in (slice(0, rows.start), slice(rows.stop, None)):
            out[:, :, beyond] = 0.0
        for beyond in (slice(0, columns.start), slice(columns.stop, None)):
            out[:, :, :, beyond] = 0.0
        return out
    across = mirrored(box.left, box.right, width) - box.left
    for beyond in (slice(0, columns.start), slice(columns.stop, None)):
        out[:, :, rows, beyond] = out[:, :, rows, across[beyond]]
    down = mirrored(box.top, box.bottom, height) - box.top
    for beyond in (slice(0, rows.start), slice(rows.stop, None)):
        out[:, :, beyond] = out[:, :, down[beyond]]
    return out


def mirrored(start: int, stop: int, size: int) -> np.ndarray:
    """Indices start..stop-1 folded into 0..size-1 by reflection without repeating the edge, as often as needed."""
    if size == 1:
        return np.zeros(stop - start, np.intp)
    period = 2 * (size - 1)
    folded = np.abs(np.arange(start, stop)) % period
    return np.minimum(folded, period - folded)
