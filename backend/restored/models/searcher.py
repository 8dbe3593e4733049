"""The network that says of each pixel how surely it is damaged: a U-Net that sees a railing whole and follows a line for hundreds
of pixels. It is trained by restored-train search."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .unet import Convs, ConvSpec, Ops, unet, unet_specs


@dataclass(frozen=True, slots=True)
class SearchShape:
    """As `restored.models.unet.Shape` explains."""

    widths: tuple[int, ...] = (24, 40, 64, 96, 112)
    blocks: int = 1
    middle: int = 2


SHAPE: Final = SearchShape()


def search_specs() -> Iterator[ConvSpec]:
    """Every conv of the network."""
    return unet_specs(SHAPE, 3, ConvSpec("out", SHAPE.widths[0], 4, 3, gain=0.1))


def search(ops: Ops, convs: Convs, tile: Any) -> Any:
    """tile: (N, 3, h, w), a picture less 0.5, sides multiples of 32. Returns (N, 1, h, w): how surely each pixel is damaged,
    before the sigmoid."""
    return unet(ops, SHAPE, convs, tile)
