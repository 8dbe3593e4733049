"""What a job found, kept so that strength and mask can change without another inference."""

from typing import Final

import numpy as np
import numpy.typing as npt

from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import LUMA, Box, Floats, Layer, add_residual, check_layer, colours, visible

STRIP: Final = 256
"""Rows per step when a whole picture is put together: small enough to stay in the cache."""

FINE: Final = 1.5
"""Standard deviation, in pixels, of the Gaussian below which structure counts as fine: grain and pores, not edges."""

_BELL: Final = np.exp(-0.5 * (np.arange(-5, 6) / FINE) ** 2)
TAPS: Final = (_BELL / _BELL.sum()).astype(np.float32)


class Residual:
    """model(x) - x of a whole picture as float16, beside the pixels it belongs to.

    base: the layer (at scale 1) or its enlargement; it is kept by reference and must not be changed.
    """

    def __init__(self, base: Layer, *, scale: int = 1) -> None:
        self._base: Layer | None = check_layer(base)
        self.scale = scale
        self.values: npt.NDArray[np.float16] = np.zeros((*base.shape[:2], colours(base)), np.float16)
        self._whole: npt.NDArray[np.bool_] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of memory this keeps alive, the base included while it is kept."""
        whole = 0 if self._whole is None else self._whole.nbytes
        return self.values.nbytes + whole + (0 if self._base is None else self._base.nbytes)

    def let_go(self) -> None:
        """Keep the base no longer: whoever can make it again gives it to `apply`."""
        self._base = None

    def keep_whole(self, filled: npt.NDArray[np.bool_]) -> None:
        """Say which pixels of the original, (H, W), were filled: there `texture` leaves nothing out, since what is fine in that
        change is the scratch."""
        self._whole = filled.repeat(self.scale, axis=0).repeat(self.scale, axis=1)

    def apply(
        self, strength: float = 1.0, mask: np.ndarray | None = None, texture: float = 0.0, base: Layer | None = None
    ) -> Layer:
        """The restored layer for another strength in [0, 1] and mask (of the original's size, see `Mask`); no inference.

        texture in [0, 1]: how much of the change's fine structure in luma is left out, so that grain stays in the picture.
        base: the same pixels as at first, once they were let go. Bit for bit what the job itself returns for the same strength
        and mask, at texture 0.
        """
        base = self._base if base is None else base
        assert base is not None, "it was let go"
        height, width = base.shape[:2]
        weights = Mask(mask, height // self.scale, width // self.scale, self.scale)
        out = np.empty_like(base)
        for top in range(0, height, STRIP):
            box = Box(top, 0, min(top + STRIP, height), width)
            values = box.of(self.values) if texture == 0 else self._without_fine(box, texture)
            box.of(out)[...] = blend(box.of(base), values, weights.weight(box, strength))
        return out

    def _without_fine(self, box: Box, texture: float) -> npt.NDArray[np.float16]:
        """The change in a strip of whole rows, less `texture` of what of its luma is finer than FINE pixels."""
        reach = TAPS.size // 2
        top, bottom = max(0, box.top - reach), min(self.values.shape[0], box.bottom + reach)
        rows = self.values[top:bottom].astype(np.float32)
        luma = rows @ LUMA if rows.shape[2] == 3 else rows[..., 0]
        fine = luma - _blurred(luma)
        inner = slice(box.top - top, box.bottom - top)
        share = np.float32(texture) * fine[inner, :, None]
        if self._whole is not None:
            share[self._whole[box.top : box.bottom]] = 0
        change = rows[inner] - share
        small = change.astype(np.float16)
        small[(self.values[box.top : box.bottom] == 0).all(-1)] = 0  # where nothing was changed nothing is
        return small


def _blurred(values: Floats) -> Floats:
    """A picture (h x w) under a Gaussian of FINE pixels, its edges repeated."""
    reach = TAPS.size // 2
    for axis in (0, 1):
        padded = np.pad(values, [(reach, reach) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
        views = np.lib.stride_tricks.sliding_window_view(padded, TAPS.size, axis)
        values = np.einsum("ijk,k->ij", views, TAPS, optimize=False)
    return values


def compact(block: Layer, change: Floats) -> npt.NDArray[np.float16]:
    """A model's change (h x w x 3) as it is kept for a piece of a layer: in the layer's own channels, float16, 0 where hidden."""
    if colours(block) == 1:
        change = (change @ LUMA)[..., None]
    small = change.astype(np.float16)
    seen = visible(block)
    if seen is not None:
        small[~seen] = 0
    return small


def blend(block: Layer, values: npt.NDArray[np.float16], weight: float | Floats) -> Layer:
    """A piece of the result; the piece itself where the weight is 0."""
    return block.copy() if not isinstance(weight, np.ndarray) and weight == 0 else add_residual(block, values, weight)
