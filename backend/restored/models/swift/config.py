"""Hyperparameters of `swift`, as they stand in a bundle."""

from dataclasses import dataclass
from itertools import pairwise

from restored.ground.tasks import FIRST_TASKS, Task

from .. import pyramid
from ..base import ModelError
from ..hyperparameters import different_tasks, whole_numbers


@dataclass(frozen=True, slots=True)
class SwiftConfig(pyramid.PyramidConfig):
    """Shape of the network.

    widths: channels at 1/2, 1/4, 1/8 ... of the tile's resolution (the stem is a PixelUnshuffle(2)).
    encoder / decoder: residual blocks per level above the deepest; middle: blocks at the deepest level.
    rank: rank of each task's bias on each conv's weight, the same in every layer (Instruct-IPT, section 3: constant rank
    beats proportional rank). 0 switches the biases off (a model that is not told what to do).
    own_levels: in so many levels, from the finest, the blocks' biases (and those of the stem, the last conv and what joins these
    levels) are of full rank: most of the work is done there and few of the parameters are, so each task has that part of the
    network to itself, and it costs nothing per pixel, since only one plan is compiled at a time.
    composite: whether one pass does several tasks. Measured on kept-out photographs, the first trained bundle does better one
    after the other: rain + noise 29.5 dB against 27.5 in one pass, dark + noise 22.4 against 21.3.
    reductions: factors, coarsest first and each a multiple of the next, by which the picture is reduced for `coarse_tasks`,
    before they work on the picture itself (see `restored.models.coarse`); empty: only at its own size.
    coarse_tasks: the tasks that were trained so.
    veil: channels of the reader that sees haze (see `veil`); 0: there is none.
    context_width, grid_channels: channels of the context reader and of the coarse grid it leaves for the deepest level.
    tasks: what the tensors of tasks were made for, in their order.
    """

    widths: tuple[int, ...] = (32, 64, 128, 160)
    encoder: tuple[int, ...] = (1, 1, 2)
    middle: int = 2
    decoder: tuple[int, ...] = (2, 1, 1)
    rank: int = 4
    own_levels: int = 0
    context_width: int = 32
    grid_channels: int = 16
    composite: bool = False
    reductions: tuple[int, ...] = ()
    coarse_tasks: tuple[Task, ...] = ("deblur",)
    veil: int = 0
    tasks: tuple[Task, ...] = FIRST_TASKS

    def __post_init__(self) -> None:
        for name in ("widths", "encoder", "decoder", "reductions"):
            object.__setattr__(self, name, whole_numbers(f"A swift model's {name}", getattr(self, name)))
        for name in ("middle", "rank", "own_levels", "context_width", "grid_channels", "veil"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise ModelError(f"A swift model's {name} must be a whole number, not {getattr(self, name)!r}.")
        if type(self.composite) is not bool:
            raise ModelError(f"A swift model's composite must be true or false, not {self.composite!r}.")
        for name in ("tasks", "coarse_tasks"):
            object.__setattr__(self, name, different_tasks(f"A swift model's {name}", getattr(self, name)))
        if not self.tasks:
            raise ModelError("A swift model needs at least one task.")
        levels = len(self.widths) - 1
        if levels < 1 or len(self.encoder) != levels or len(self.decoder) != levels:
            raise ModelError("A swift model needs one encoder and one decoder entry for every level above the deepest.")
        if any(coarse <= fine or coarse % fine for coarse, fine in pairwise((*self.reductions, 1))):
            raise ModelError("A swift model's reductions must fall, each a multiple of the next.")

    @property
    def halo(self) -> int:
        """Reach of the network in tile pixels, each side, rounded up to the stride: what lies further away cannot matter."""
        return pyramid.halo(map(sum, zip(self.encoder, self.decoder, strict=True)), self.middle)
