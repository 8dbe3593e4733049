"""The U-Net of `infill`, written once over a small set of operations, so that torch and OpenVINO run the same graph."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol

from .config import PLANES, InfillConfig

SLOPE: Final = 0.1
"""Of the activation for negative values."""


class Ops(Protocol):
    """What a runtime must offer; tensors are NCHW of the runtime's own kind."""

    def conv(self, x: Any, weight: Any, bias: Any, *, stride: int) -> Any:
        """Convolution; zero padding of half the kernel when stride is 1, none when it is 2."""
        ...

    def activate(self, x: Any) -> Any:
        """LeakyReLU with SLOPE."""
        ...

    def add(self, x: Any, y: Any) -> Any:
        """Element-wise sum."""
        ...

    def multiply(self, x: Any, y: Any) -> Any:
        """Element-wise product."""
        ...

    def planes(self, x: Any, first: int, last: int) -> Any:
        """Channels first..last-1."""
        ...

    def unshuffle(self, x: Any) -> Any:
        """PixelUnshuffle(2): (N, C, 2h, 2w) -> (N, 4C, h, w)."""
        ...

    def shuffle(self, x: Any) -> Any:
        """PixelShuffle(2), the inverse of `unshuffle`."""
        ...


class ConvSpec(NamedTuple):
    """One conv: its name in the state dict and its shape; `gain` scales its first weights."""

    name: str
    channels_in: int
    channels_out: int
    kernel: int
    stride: int = 1
    gain: float = 1.0


def conv_specs(config: InfillConfig) -> Iterator[ConvSpec]:
    """Every conv of the network."""
    widths, deepest = config.widths, len(config.widths) - 1
    yield ConvSpec("stem", 4 * PLANES, widths[0], 3)
    for level in range(deepest):
        yield from _blocks(f"encoder{level}", widths[level], config.blocks)
        yield ConvSpec(f"down{level}", widths[level], widths[level + 1], 2, stride=2)
    yield from _blocks("middle", widths[-1], config.middle)
    for level in reversed(range(deepest)):
        yield ConvSpec(f"up{level}", widths[level + 1], 4 * widths[level], 1, gain=0.5)
        yield from _blocks(f"decoder{level}", widths[level], config.blocks)
    yield ConvSpec("out", widths[0], 12, 3, gain=0.0)


def unet(ops: Ops, config: InfillConfig, convs: Mapping[str, tuple[Any, Any]], tile: Any) -> Any:
    """tile: (N, 4, h, w), a smoothly filled picture and where its holes are (1). Returns (N, 3, h, w): the picture with what is
    in the holes corrected; outside them it is the tile's own, exactly."""

    def conv(name: str, value: Any, stride: int = 1) -> Any:
        return ops.conv(value, *convs[name], stride=stride)

    def blocks(name: str, value: Any, count: int) -> Any:
        for index in range(count):
            value = ops.add(value, conv(f"{name}_{index}b", ops.activate(conv(f"{name}_{index}a", value))))
        return value

    skips = []
    x = conv("stem", ops.unshuffle(tile))
    deepest = len(config.widths) - 1
    for level in range(deepest):
        x = blocks(f"encoder{level}", x, config.blocks)
        skips.append(x)
        x = conv(f"down{level}", x, stride=2)
    x = blocks("middle", x, config.middle)
    for level in reversed(range(deepest)):
        x = blocks(f"decoder{level}", ops.add(ops.shuffle(conv(f"up{level}", x)), skips[level]), config.blocks)
    change = ops.shuffle(conv("out", x))
    return ops.add(ops.planes(tile, 0, 3), ops.multiply(change, ops.planes(tile, 3, 4)))


def _blocks(name: str, width: int, count: int) -> Iterator[ConvSpec]:
    for index in range(count):
        yield ConvSpec(f"{name}_{index}a", width, width, 3)
        yield ConvSpec(f"{name}_{index}b", width, width, 3, gain=0.1)
