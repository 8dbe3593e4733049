"""What a job gives back, and what it says while it runs."""

from collections.abc import Callable
from dataclasses import dataclass

from restored.engine.picture.pixels import Layer
from restored.engine.picture.residual import Residual
from restored.instruction.plan import Plan

from .schedule import Share

Progress = Callable[[float, str, "Preview | None"], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """A finished piece of the result: its left and top in the (enlarged) layer, and its pixels in the layer's depth."""

    x: int
    y: int
    pixels: Layer


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What a job gave back.

    image: the restored layer, same depth and channels, `scale` times as large; the very array that came in when the plan had
    nothing to do. changed: whether any byte differs from the base. residual: kept only when asked. notes: sentences about
    anything done otherwise than asked (a step left out, a smaller retry, the CPU instead of the GPU).
    """

    image: Layer
    plan: Plan
    changed: bool
    device_line: str
    model: str
    seconds: float
    tiles: int = 0
    notes: tuple[str, ...] = ()
    residual: Residual | None = None


def part_of(tell: Progress, share: Share, *, previews: bool = False) -> Progress:
    """Progress of one part of a job; those before the last have no previews of the result."""
    return lambda fraction, words, preview: tell(share.of(fraction), words, preview if previews else None)


def silent(fraction: float, words: str, preview: Preview | None) -> None:
    """Progress that nobody wants to hear of."""
