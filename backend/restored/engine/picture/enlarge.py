"""Bicubic enlargement by whole factors: the base that `scale` 2 and 4 add their residual to."""

from typing import Final

import numpy as np

from restored.engine.picture.hidden import may_hide
from restored.engine.picture.pixels import Box, Layer, colours, full_scale, has_alpha, visible
from restored.engine.picture.source import LayerSource, mirrored

STRIP: Final = 64
"""Rows of the original per step; bounds the float copies."""


def enlarge(layer: Layer, factor: int) -> Layer:
    """The layer `factor` times as large, in its own depth.

    Keys' cubic convolution with a = -1/2 (Keys 1981, eq. 15; the "bicubic" of Pillow and of the super-resolution tables),
    pixel centres aligned, edges mirrored. Integers and alpha are kept in range; float colour may over- and undershoot.
    Colour that zero alpha hides does not bleed (its neighbours' colour stands in); NaN and inf stay, each as a block.
    """
    if factor == 1:
        return layer
    height, width, channels = layer.shape
    count = colours(layer)
    exact = np.float64 if layer.dtype == np.uint32 else np.float32
    top = full_scale(layer.dtype)
    out = np.empty((height * factor, width * factor, channels), layer.dtype)
    source = LayerSource(layer) if may_hide(layer) else None
    for start in range(0, height, STRIP):
        stop = min(start + STRIP, height)
        rows = mirrored(start - 2, stop + 2, height)
        low, high = int(rows.min()), int(rows.max()) + 1
        strip = layer[low:high].astype(exact)
        if source is not None:
            strip[..., :count] = _without_hidden(strip[..., :count], layer[low:high], source, low)
        large = _cubic(_cubic(strip[rows - low], factor, 0), factor, 1)
        if layer.dtype.kind != "f":
            np.clip(np.rint(large, out=large), 0, top, out=large)
        elif has_alpha(layer):
            np.clip(large[..., -1], 0.0, 1.0, out=large[..., -1])
        out[start * factor : stop * factor] = large
        if layer.dtype.kind == "f":
            _keep_blocks(out[start * factor : stop * factor, :, :count], layer[start:stop, :, :count], factor)
    return out


def enlarge_plane(plane: np.ndarray, factor: int) -> np.ndarray:
    """An H x W float32 plane (a mask's weights in [0, 1]) the same way, kept in [0, 1]."""
    if factor == 1:
        return plane
    return np.clip(enlarge(plane[..., None], factor)[..., 0], 0.0, 1.0)


def _cubic(block: np.ndarray, factor: int, axis: int) -> np.ndarray:
    """Enlarge along one axis. Along axis 0 two rows of surroundings come with the block and are used up."""
    if axis == 1:
        block = block[:, mirrored(-2, block.shape[1] + 2, block.shape[1])]
    length = block.shape[axis] - 4
    shape = list(block.shape)
    shape[axis] = length * factor
    out = np.empty(shape, block.dtype)
    for phase in range(factor):
        offset = (phase + 0.5) / factor - 0.5
        first = int(np.floor(offset)) - 1
        total = None
        for tap in range(4):
            weight = _keys(offset - (first + tap))
            piece = block[(slice(None),) * axis + (slice(2 + first + tap, 2 + first + tap + length),)]
            total = piece * block.dtype.type(weight) if total is None else total + piece * block.dtype.type(weight)
        out[(slice(None),) * axis + (slice(phase, None, factor),)] = total
    return out


def _keys(distance: float) -> float:
    x = abs(distance)
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def _without_hidden(values: np.ndarray, block: Layer, source: LayerSource, top: int) -> np.ndarray:
    """The strip's colours, in its own scale, with hidden ones replaced by what a model would be shown there."""
    seen = visible(block)
    if seen is None:
        return values
    shown = source.inside(Box(top, 0, top + block.shape[0], block.shape[1]))[..., : values.shape[2]]
    return np.where(seen[..., None], values, shown * values.dtype.type(full_scale(block.dtype)))


def _keep_blocks(large: np.ndarray, original: np.ndarray, factor: int) -> None:
    lost = ~np.isfinite(original)
    if lost.any():
        wide = lost.repeat(factor, axis=0).repeat(factor, axis=1)
        np.copyto(large, original.repeat(factor, axis=0).repeat(factor, axis=1), where=wide)
