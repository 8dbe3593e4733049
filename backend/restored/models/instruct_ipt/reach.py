"""How far a pixel of the result sees, exactly: what an untrained network could make tiles disagree by."""

from functools import lru_cache

from .config import GRID, InstructIPTConfig
from .weights import Sublayer, stages


@lru_cache(maxsize=64)
def halo(config: InstructIPTConfig) -> int:
    """Pixels of surroundings, each side, after which nothing can matter, a multiple of the stride; trained weights reach less.

    Windows and grids lie fixed on the layer, so the worst pixel of one region is looked for.
    """
    worst = 0
    origin = 64 * config.region
    for place in range(origin, origin + config.region, config.stem):
        low, high = _seen(config, place, place + config.stem)
        worst = max(worst, place - low, high - place - config.stem)
    return -(-worst // config.stride) * config.stride


def _seen(config: InstructIPTConfig, low: int, high: int) -> tuple[int, int]:
    """The interval of pixels that an interval of the result depends on, through the network from its end to its beginning."""
    parts = stages(config)
    low, high = _near(low, high, config.stem)
    low, high = _through(config, parts.refinement, low, high)
    for level, block in enumerate(parts.decoder):
        low, high = _through(config, block, low, high)
        low, high = _near(low, high, config.cell(level + 1))
    low, high = _through(config, parts.middle, low, high)
    for level in reversed(range(len(parts.encoder))):
        low, high = _aligned(low, high, config.cell(level + 1))
        low, high = _near(low, high, config.cell(level))
        low, high = _through(config, parts.encoder[level], low, high)
    return _near(low, high, config.stem)


def _through(config: InstructIPTConfig, parts: tuple[Sublayer, ...], low: int, high: int) -> tuple[int, int]:
    for part in reversed(parts):
        cell = config.cell(part.level)
        if part.kind == "fcsa":
            low, high = _aligned(low, high, GRID * cell, offset=GRID // 2 * cell if part.shifted else 0)
        elif part.kind == "ggsa":
            low, high = _aligned(low, high, config.region)
        low, high = _near(low, high, cell)
    return low, high


def _near(low: int, high: int, cell: int) -> tuple[int, int]:
    """Through a 3x3 convolution at this cell size."""
    low, high = _aligned(low, high, cell)
    return low - cell, high + cell


def _aligned(low: int, high: int, size: int, *, offset: int = 0) -> tuple[int, int]:
    return (low - offset) // size * size + offset, -(-(high - offset) // size) * size + offset
