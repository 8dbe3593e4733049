"""A residual U-Net on a PixelUnshuffle stem: what of its shape follows from its numbers of levels and blocks, in any family.

The stem halves the resolution, and so does each level; the deepest stands at 1 / stride.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from .hyperparameters import plain

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class PyramidConfig:
    """What the configuration of any such network gives, a dataclass with its `widths`: channels at 1/2, 1/4, 1/8 … of the tile's
    resolution."""

    __slots__ = ()
    widths: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for `bundle.json`."""
        return plain(cast("DataclassInstance", self))

    @property
    def stride(self) -> int:
        """Tile sides must be multiples of this."""
        return stride(len(self.widths))


def stride(levels: int) -> int:
    """Tile sides must be multiples of this. levels: the deepest included."""
    return int(2**levels)


def halo(blocks: Iterable[int], middle: int) -> int:
    """Reach of the network in tile pixels, each side, rounded up to the stride: what lies further away cannot matter.

    blocks: residual blocks at each level above the deepest, those on the way down and on the way up together; middle: at the
    deepest. Each 3x3 conv at resolution 1/s reaches s pixels; a strided conv or a shuffle rounds to the coarser cell.
    """
    above = tuple(blocks)
    step = stride(len(above) + 1)
    reach = 2 * 2  # stem and output conv
    reach += sum(2 * count * 2 ** (level + 1) for level, count in enumerate(above))
    reach += 2 * middle * step + step
    return -(-reach // step) * step
