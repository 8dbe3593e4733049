"""Hyperparameters of `instruct_ipt`, as they stand in a bundle, and the presets."""

from dataclasses import dataclass
from typing import Any, Final

from restored.ground.tasks import FIRST_TASKS, Task

from ..base import ModelError
from ..hyperparameters import different_tasks, plain, whole_numbers

GRID: Final = 8
"""Cells of a window and points of an attention grid, each way."""


@dataclass(frozen=True, slots=True)
class InstructIPTConfig:
    """Shape of the network. The paper leaves most of it open; `PRESETS["paper"]` matches the four figures that it states.

    widths: channels per level, from the finest; encoder, decoder: blocks per level above the deepest, from the finest; middle:
    blocks at the deepest; refinement: blocks after the decoder. head_width: channels of an attention head. expansion: of the
    feed-forward networks. stem: side of the square of pixels that one cell of the finest level stands for (1 or 2).
    region: pixels of the picture, each way, that a GGSA grid spans at every level. In training it spans the crop; at
    inference it stays as wide, tied to the layer's coordinates (as TLC, Chu et al. 2022, does for pools), so that a tile attends
    to what the whole picture would.
    light: resampling by a 2x2 strided and a 1x1 convolution instead of 3x3 ones, and biases on every map (the toys).
    tasks: which tasks have biases; any subset. rank: of each bias, the same in all layers; proportion: if given, the rank is this
    share of each weight's own instead.
    """

    widths: tuple[int, ...] = (24, 48, 96, 192)
    encoder: tuple[int, ...] = (1, 1, 2)
    middle: int = 2
    decoder: tuple[int, ...] = (1, 1, 2)
    refinement: int = 1
    head_width: int = 24
    expansion: int = 2
    stem: int = 1
    region: int = 64
    light: bool = False
    tasks: tuple[Task, ...] = FIRST_TASKS
    rank: int = 8
    proportion: float | None = None

    def __post_init__(self) -> None:
        for name in ("widths", "encoder", "decoder"):
            object.__setattr__(self, name, whole_numbers(f"An instruct_ipt model's {name}", getattr(self, name)))
        object.__setattr__(self, "tasks", different_tasks("An instruct_ipt model's tasks", self.tasks))
        levels = len(self.widths) - 1
        if levels < 1 or len(self.encoder) != levels or len(self.decoder) != levels:
            raise ModelError("An instruct_ipt model needs one encoder and one decoder entry for every level above the deepest.")
        if any(width % self.head_width for width in self.widths):
            raise ModelError("An instruct_ipt model's widths must be multiples of its head_width.")
        if self.stem not in (1, 2) or self.region % (GRID * self.cell(levels)):
            raise ModelError("An instruct_ipt model's region must be a multiple of eight of its deepest cells.")
        if self.rank < 0 or (self.proportion is not None and not 0 < self.proportion <= 1):
            raise ModelError("An instruct_ipt model's rank must not be negative, nor its proportion outside 0 to 1.")

    def cell(self, level: int) -> int:
        """Pixels, each way, that one cell of a level stands for."""
        return self.stem * 2**level

    def dilation(self, level: int) -> int:
        """Cells between the points of an attention grid."""
        return self.region // (GRID * self.cell(level))

    @property
    def stride(self) -> int:
        """Tile sides must be multiples of this: then windows and grids lie where the whole picture's do."""
        return self.region

    def to_dict(self) -> dict[str, Any]:
        """Plain values for `bundle.json`."""
        return plain(self)


PRESETS: Final[dict[str, dict[str, Any]]] = {
    "paper": {
        "widths": (48, 96, 192, 384), "encoder": (2, 3, 3), "middle": 8, "decoder": (2, 3, 3), "refinement": 2,
        "head_width": 48, "rank": 48,
    },
    "desktop": {
        "widths": (32, 64, 128, 256), "encoder": (1, 2, 2), "middle": 4, "decoder": (1, 2, 2), "refinement": 1,
        "head_width": 32, "rank": 16,
    },
    "small": {},
    "toy": {
        "widths": (16, 32, 48), "encoder": (1, 1), "middle": 2, "decoder": (1, 1), "refinement": 0, "head_width": 16,
        "stem": 2, "light": True, "rank": 4,
    },
    "toy-wide": {
        "widths": (24, 48, 72), "encoder": (1, 1), "middle": 2, "decoder": (1, 1), "refinement": 0, "head_width": 24,
        "stem": 2, "light": True, "rank": 4,
    },
}  # fmt: skip
"""Named configurations; `small` is the default one."""


def preset(name: str, **changes: Any) -> InstructIPTConfig:
    """A named configuration, perhaps changed. Raises ModelError for an unknown name."""
    if name not in PRESETS:
        raise ModelError(f"instruct_ipt has no preset “{name}”; it has {', '.join(PRESETS)}.")
    return InstructIPTConfig(**{**PRESETS[name], **changes})
