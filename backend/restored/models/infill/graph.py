"""The graph of `infill`: a U-Net whose change counts in the holes only."""

from collections.abc import Iterator
from typing import Any

from ..unet import Convs, ConvSpec, Ops, unet, unet_specs
from .config import PLANES, InfillConfig


def conv_specs(config: InfillConfig) -> Iterator[ConvSpec]:
    """Every conv of the network."""
    return unet_specs(config, PLANES, ConvSpec("out", config.widths[0], 4 * 3, 3, gain=0.0))


def filled(ops: Ops, config: InfillConfig, convs: Convs, tile: Any) -> Any:
    """tile: (N, 4, h, w), a smoothly filled picture and where its holes are (1). Returns (N, 3, h, w): the picture with what is
    in the holes corrected; outside them it is the tile's own, exactly."""
    change = unet(ops, config, convs, tile)
    return ops.add(ops.planes(tile, 0, 3), ops.multiply(change, ops.planes(tile, 3, 4)))
