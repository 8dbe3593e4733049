"""Hyperparameters of `infill`, as they stand in a bundle."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .. import pyramid
from ..base import ModelError

PLANES: Final = 4
"""What a tile shows: the picture with its holes filled smoothly (3), and where the holes are (1)."""


@dataclass(frozen=True, slots=True)
class InfillConfig(pyramid.PyramidConfig):
    """widths: channels at 1/2, 1/4, 1/8 … of the tile's resolution. blocks: residual blocks on the way down and on the way up, at
    each level above the deepest; middle: at the deepest."""

    widths: tuple[int, ...] = (32, 64, 80)
    blocks: int = 1
    middle: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        numbers = (*self.widths, self.blocks, self.middle)
        if len(self.widths) < 2 or any(type(value) is not int or value < 1 for value in numbers):
            raise ModelError("An infill model needs at least two widths, and whole numbers of blocks.")

    @property
    def halo(self) -> int:
        """Reach of the network in tile pixels, each side, rounded up to the stride."""
        return pyramid.halo([2 * self.blocks] * (len(self.widths) - 1), self.middle)

    def macs_per_pixel(self) -> float:
        """Multiply-accumulates per tile pixel."""
        total = (4 * PLANES + 12) * self.widths[0] * 9 / 4
        for level, width in enumerate(self.widths):
            convs = 2 * self.middle if level == len(self.widths) - 1 else 4 * self.blocks
            total += convs * width * width * 9 / 4 ** (level + 1)
        for level, (fine, coarse) in enumerate(pairwise(self.widths)):
            total += 2 * fine * coarse * 4 / 4 ** (level + 2)
        return total
