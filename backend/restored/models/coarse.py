"""Coarse to fine: damage that reaches far is first treated on the picture reduced, where it is small.

A blur of 40 px is one of 7 px on the picture reduced six times: what a small network can undo there, it cannot see at full size.
So the same network works on the reduced picture first, and what it corrected there comes in, enlarged, as the guess that it
refines one step finer (as Nah et al. 2017, section 3.1, with one set of weights for all scales: Tao et al. 2018, section 3.1).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST: Final = 32
"""Pixels of the shorter side, below which a reduced picture shows a network nothing: its coarsest cells would hold it all."""

Step: TypeAlias = "Callable[[Tensor, Tensor | None], Tensor]"
"""(N, 3, h, w) in [0, 1] and what a coarser view would add to it, if there was one -> the restored picture, not clamped."""


def descend(image: "Tensor", reductions: Sequence[int], step: Step) -> "Iterator[tuple[int, Tensor]]":
    """Call `step` at every scale, coarsest first, and give (factor, what it returned); the last factor is 1.

    image: (N, 3, h, w), its sides multiples of every factor. The guess carries no gradient from scale to scale: every scale
    has its own target.
    """
    import torch.nn.functional as F

    guess: Tensor | None = None
    for factor in (*reductions, 1):
        small = F.avg_pool2d(image, factor) if factor > 1 else image
        if guess is not None:
            guess = F.interpolate(guess, small.shape[-2:], mode="bilinear")
        result = step(small, guess)
        yield factor, result
        guess = result.detach().float().clamp(0, 1) - small if factor > 1 else None


def refined(image: "Tensor", reductions: Sequence[int], step: Step) -> "Tensor":
    """What `step` returns at full size, after all coarser scales."""
    *_, (_, result) = descend(image, reductions, step)
    return result


def unit(stride: int, reductions: Sequence[int]) -> int:
    """What a picture's sides must be multiples of, for a network of this stride at these scales."""
    return stride * max(reductions, default=1)


def usable(reductions: Sequence[int], height: int, width: int) -> tuple[int, ...]:
    """The reductions that leave enough of a picture of this size."""
    return tuple(factor for factor in reductions if min(height, width) // factor >= SMALLEST)
