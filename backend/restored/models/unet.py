"""A residual U-Net on a PixelUnshuffle stem as a graph, written once over a small set of operations, so that torch and OpenVINO
run the same. What fills holes is one, and what searches for them is another."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol

SLOPE: Final = 0.1
"""Of the activation for negative values. With plain ReLUs, also on the trunk, whole levels died in the first minutes of training
and never woke; so only the blocks' inner halves are activated."""


Convs = Mapping[str, tuple[Any, Any]]
"""Weights and biases by the convs' names."""


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


class Shape(Protocol):
    """widths: channels at 1/2, 1/4, 1/8 … of the tile's resolution. blocks: residual blocks on the way down and on the way up, at
    each level above the deepest; middle: at the deepest."""

    @property
    def widths(self) -> tuple[int, ...]: ...

    @property
    def blocks(self) -> int: ...

    @property
    def middle(self) -> int: ...


def unet_specs(config: Shape, planes: int, out: ConvSpec) -> Iterator[ConvSpec]:
    """Every conv. planes: channels of a tile; out: the last conv, at half the tile's resolution."""
    widths, deepest = config.widths, len(config.widths) - 1
    yield ConvSpec("stem", 4 * planes, widths[0], 3)
    for level in range(deepest):
        yield from _blocks(f"encoder{level}", widths[level], config.blocks)
        yield ConvSpec(f"down{level}", widths[level], widths[level + 1], 2, stride=2)
    yield from _blocks("middle", widths[-1], config.middle)
    for level in reversed(range(deepest)):
        yield ConvSpec(f"up{level}", widths[level + 1], 4 * widths[level], 1, gain=0.5)
        yield from _blocks(f"decoder{level}", widths[level], config.blocks)
    yield out


def unet(ops: Ops, config: Shape, convs: Convs, tile: Any) -> Any:
    """tile: (N, planes, h, w). Returns (N, c, h, w) where the last conv has 4 c channels."""

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
    return ops.shuffle(conv("out", x))


def _blocks(name: str, width: int, count: int) -> Iterator[ConvSpec]:
    for index in range(count):
        yield ConvSpec(f"{name}_{index}a", width, width, 3)
        yield ConvSpec(f"{name}_{index}b", width, width, 3, gain=0.1)
