"""The U-Net of `swift`, written once over a small set of operations, so that torch and OpenVINO run the same graph."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..unet import Ops
from .config import SwiftConfig


class SwiftOps(Ops, Protocol):
    """What a runtime must offer; tensors are NCHW of the runtime's own kind."""

    def scale_shift(self, x: Any, scale: Any, shift: Any) -> Any:
        """x * (1 + scale) + shift, per channel."""
        ...


@dataclass(frozen=True, slots=True)
class SwiftConv:
    """One conv of the graph: its name in the state dict, shape and stride; `level` is the coarsest it touches, `gain` scales
    its first weights, `gated` convs have channel gains per task."""

    name: str
    channels_in: int
    channels_out: int
    kernel: int
    level: int
    stride: int = 1
    gain: float = 1.0
    gated: bool = False


def conv_specs(config: SwiftConfig) -> Iterator[SwiftConv]:
    """Every conv of the network, in the order in which `unet` uses them."""
    widths, deepest = config.widths, len(config.encoder)
    yield SwiftConv("stem", 24, widths[0], 3, 0)
    for level, blocks in enumerate(config.encoder):
        yield from _block_specs(f"encoder{level}", widths[level], blocks, level)
        yield SwiftConv(f"down{level}", widths[level], widths[level + 1], 2, level + 1, stride=2)
    yield SwiftConv("grid", config.grid_channels, widths[-1], 1, deepest, gain=0.1)
    yield from _block_specs("middle", widths[-1], config.middle, deepest)
    for level in reversed(range(len(config.decoder))):
        yield SwiftConv(f"up{level}", widths[level + 1], 4 * widths[level], 1, level + 1, gain=0.5)
        yield from _block_specs(f"decoder{level}", widths[level], config.decoder[level], level)
    yield SwiftConv("out", widths[0], 12, 3, 0, gain=0.0)


def unet(
    ops: SwiftOps,
    config: SwiftConfig,
    convs: Mapping[str, tuple[Any, Any]],
    x: Any,
    films: list[tuple[Any, Any]],
    grid: Any,
    *,
    tap: Callable[[Any], None] | None = None,
) -> Any:
    """Correction to add to the tone-mapped tile.

    x: (N, 6, h, w), the tile and its tone-mapped copy; convs: name -> (weight, bias), already compiled for the plan;
    films: per level (scale, shift) of the encoder's entry; grid: (N, grid_channels, h/stride, w/stride);
    tap: is shown the deepest features (training reads them).
    Returns (N, 3, h, w).
    """

    def conv(name: str, value: Any, stride: int = 1) -> Any:
        return ops.conv(value, *convs[name], stride=stride)

    def blocks(name: str, value: Any, count: int) -> Any:
        for index in range(count):
            inner = ops.activate(conv(f"{name}_{index}a", value))
            value = ops.add(value, conv(f"{name}_{index}b", inner))
        return value

    skips = []
    x = ops.scale_shift(conv("stem", ops.unshuffle(x)), *films[0])
    for level, count in enumerate(config.encoder):
        x = blocks(f"encoder{level}", x, count)
        skips.append(x)
        x = ops.scale_shift(conv(f"down{level}", x, stride=2), *films[level + 1])
    x = blocks("middle", ops.add(x, conv("grid", grid)), config.middle)
    if tap:
        tap(x)
    for level in reversed(range(len(config.decoder))):
        x = ops.add(ops.shuffle(conv(f"up{level}", x)), skips[level])
        x = blocks(f"decoder{level}", x, config.decoder[level])
    return ops.shuffle(conv("out", x))


def macs_per_pixel(config: SwiftConfig) -> float:
    """Multiply-accumulates per tile pixel."""
    total = 0.0
    level = 1
    for spec in conv_specs(config):
        if spec.name.startswith("down"):
            level += 1
        total += spec.channels_in * spec.channels_out * spec.kernel**2 / 4**level
        if spec.name.startswith("up"):
            level -= 1
    return total


def _block_specs(name: str, width: int, blocks: int, level: int) -> Iterator[SwiftConv]:
    for index in range(blocks):
        yield SwiftConv(f"{name}_{index}a", width, width, 3, level, gated=True)
        yield SwiftConv(f"{name}_{index}b", width, width, 3, level, gain=0.1)
