"""A picture as the engine takes it (straight alpha, sRGB-encoded), and the engine's answer as the file has it.

Where nothing was changed the file's own numbers stand, to the bit.
"""

import numpy as np
from numpy.typing import NDArray

from restored.engine.picture.pixels import to_unit

from .colour import from_srgb, to_srgb
from .depth import to_depth
from .picture import Picture


def sent(picture: Picture) -> NDArray:
    """(H, W, C) sRGB-encoded values: the file's own array where it is that already, else float32."""
    return to_srgb(_straight(picture), picture.metadata.icc)


def received(restored: NDArray, picture: Picture) -> NDArray:
    """A restoration of `sent(picture)`, perhaps enlarged, in the space, depth and kind of alpha of `picture`."""
    if not (picture.premultiplied and picture.has_alpha):
        return from_srgb(restored, picture.pixels, picture.metadata.icc)
    before = _straight(picture)
    straight = to_unit(from_srgb(restored, before, picture.metadata.icc))
    straight[..., :-1] *= straight[..., -1:]
    result = to_depth(straight, picture.pixels.dtype)
    if restored.shape == picture.pixels.shape:
        kept = np.all(restored == to_srgb(before, picture.metadata.icc), axis=2)
        result[kept] = picture.pixels[kept]
    return result


def _straight(picture: Picture) -> NDArray:
    """Colours divided by alpha, at full precision: eight bits hold too little of a thin veil."""
    if not (picture.premultiplied and picture.has_alpha):
        return picture.pixels
    values = to_unit(picture.pixels)
    alpha = values[..., -1:]
    values[..., :-1] = np.divide(values[..., :-1], alpha, out=np.zeros_like(values[..., :-1]), where=alpha > 0)
    return values
