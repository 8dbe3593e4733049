"""Every weight of the network: its name, its shape and whether tasks move it. The one list behind building and counting."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ..modulation import rank_of
from .config import GRID, InstructIPTConfig

Role = Literal["embedder", "output", "resampling", "reduction", "qkv", "projection", "ffn"]
Kind = Literal["fcsa", "ffn", "ggsa"]

MODULATED: Final[frozenset[Role]] = frozenset({"output", "resampling", "reduction", "qkv", "projection", "ffn"})
"""Which weights carry task biases (Instruct-IPT, Table 2 and section 3.2): all but the image embedder (and the norms)."""


@dataclass(frozen=True, slots=True)
class Dense:
    """A convolution (kernel 1: a linear map per cell): (out, in, k, k), perhaps a bias, at the resolution of `level`, the coarser
    one for a strided convolution."""

    name: str
    channels_in: int
    channels_out: int
    kernel: int
    level: int
    role: Role
    bias: bool = True
    stride: int = 1

    @property
    def fan_in(self) -> int:
        return self.channels_in * self.kernel**2

    @property
    def modulated(self) -> bool:
        return self.role in MODULATED

    def rank(self, config: InstructIPTConfig) -> int:
        return rank_of(self.channels_out, self.fan_in, rank=config.rank, proportion=config.proportion)


@dataclass(frozen=True, slots=True)
class Sublayer:
    """One residual part of a block: attention over channels in windows (FCSA), over a grid (GGSA), or LeFFN."""

    name: str
    kind: Kind
    width: int
    level: int
    shifted: bool = False

    def dense(self, config: InstructIPTConfig) -> tuple[Dense, Dense]:
        """Its two linear maps: into the inner features, and back. They have biases in the toys only: with them, each preset has
        the parameters that the paper counts."""
        bias = config.light
        if self.kind == "ffn":
            inner = config.expansion * self.width
            return (
                Dense(f"{self.name}_in", self.width, inner, 1, self.level, "ffn", bias),
                Dense(f"{self.name}_out", inner, self.width, 1, self.level, "ffn", bias),
            )
        return (
            Dense(f"{self.name}_qkv", self.width, 3 * self.width, 1, self.level, "qkv", bias),
            Dense(f"{self.name}_proj", self.width, self.width, 1, self.level, "projection", bias),
        )

    def inner(self, config: InstructIPTConfig) -> int:
        """Channels of its depthwise convolution."""
        return (config.expansion if self.kind == "ffn" else 3) * self.width


def block(name: str, width: int, level: int, *, shifted: bool) -> tuple[Sublayer, ...]:
    """FCSA, LeFFN, GGSA, LeFFN."""
    return (
        Sublayer(f"{name}_channel", "fcsa", width, level, shifted),
        Sublayer(f"{name}_first", "ffn", width, level),
        Sublayer(f"{name}_grid", "ggsa", width, level),
        Sublayer(f"{name}_second", "ffn", width, level),
    )


@dataclass(frozen=True, slots=True)
class Stages:
    """The blocks' parts: per encoder level, the middle, per decoder level (from the finest), and the refinement."""

    encoder: tuple[tuple[Sublayer, ...], ...]
    middle: tuple[Sublayer, ...]
    decoder: tuple[tuple[Sublayer, ...], ...]
    refinement: tuple[Sublayer, ...]

    def __iter__(self) -> Iterator[Sublayer]:
        for part in (*self.encoder, self.middle, *self.decoder, self.refinement):
            yield from part


def stages(config: InstructIPTConfig) -> Stages:
    """The network's blocks; every other block of a level, encoder before decoder, has its windows shifted."""
    seen = [0] * len(config.widths)

    def run(name: str, level: int, count: int) -> tuple[Sublayer, ...]:
        parts: list[Sublayer] = []
        for index in range(count):
            parts += block(f"{name}_{index}", config.widths[level], level, shifted=seen[level] % 2 == 1)
            seen[level] += 1
        return tuple(parts)

    deepest = len(config.widths) - 1
    encoder = tuple(run(f"encoder{level}", level, count) for level, count in enumerate(config.encoder))
    middle = run("middle", deepest, config.middle)
    decoder = tuple(run(f"decoder{level}", level, count) for level, count in enumerate(config.decoder))
    return Stages(encoder, middle, decoder, run("refinement", 0, config.refinement))


def denses(config: InstructIPTConfig) -> Iterator[Dense]:
    """Every dense weight. Down: conv C -> C'/4 then PixelUnshuffle (light: a strided 2x2 conv); up: conv C' -> 4C then
    PixelShuffle; then the skip is concatenated and a 1x1 conv reduces 2C -> C."""
    widths = config.widths
    pixels = 3 * config.stem**2
    yield Dense("embed", pixels, widths[0], 3, 0, "embedder")
    for level in range(len(widths) - 1):
        fine, coarse = widths[level], widths[level + 1]
        if config.light:
            yield Dense(f"down{level}", fine, coarse, 2, level + 1, "resampling", stride=2)
        else:
            yield Dense(f"down{level}", fine, coarse // 4, 3, level, "resampling")
        yield Dense(f"up{level}", coarse, 4 * fine, 1 if config.light else 3, level + 1, "resampling")
        yield Dense(f"reduce{level}", 2 * fine, fine, 1, level, "reduction")
    for part in stages(config):
        yield from part.dense(config)
    yield Dense("output", widths[0], pixels, 3, 0, "output")


def parameters(config: InstructIPTConfig) -> tuple[int, int]:
    """Parameters of the network as it runs (re-parameterised convs folded), and of one task's biases."""
    general = biases = 0
    for dense in denses(config):
        general += dense.channels_out * (dense.fan_in + dense.bias)
        if dense.modulated:
            biases += dense.rank(config) * (dense.channels_out + dense.fan_in)
    for part in stages(config):
        general += (9 + config.light) * part.inner(config) + 2 * part.width
        general += part.width // config.head_width if part.kind == "fcsa" else 0
    return general, biases


def macs_per_pixel(config: InstructIPTConfig) -> float:
    """Multiply-accumulates per pixel of a tile."""
    total = sum(dense.channels_out * dense.fan_in / config.cell(dense.level) ** 2 for dense in denses(config))
    for part in stages(config):
        each = 9 * part.inner(config)
        if part.kind == "fcsa":
            each += 2 * part.width * config.head_width
        elif part.kind == "ggsa":
            each += 2 * part.width * GRID**2
        total += each / config.cell(part.level) ** 2
    return total
