"""Coarse to fine: damage that reaches far is first treated on the picture reduced, where it is small.

A blur of 40 px is one of 7 px on the picture reduced six times: what a small network can undo there, it cannot see at full size.
So the same network works on the reduced picture first, and what it corrected there comes in, enlarged, as the guess that it
refines one step finer (as Nah et al. 2017, section 3.1, with one set of weights for all scales: Tao et al. 2018, section 3.1).
The way down is written here once; what a picture is (a tensor, a layer read in windows) is its `PictureKind`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST: Final = 32
"""Pixels of the shorter side, below which a reduced picture shows a network nothing: its coarsest cells would hold it all."""

Picture = TypeVar("Picture")
Result = TypeVar("Result")
Guess = TypeVar("Guess")
_Taken = TypeVar("_Taken", contravariant=True)
_Given = TypeVar("_Given", covariant=True)


class PictureKind(Protocol[Picture, _Taken, _Given]):
    """A kind of picture that can be worked on coarse to fine."""

    def reduced(self, picture: Picture, factor: int) -> Picture:
        """The picture averaged over `factor` x `factor` pixels."""
        ...

    def guess(self, result: _Taken, shown: Picture, finer: Picture, ratio: int) -> _Given:
        """What `result` adds to `shown`, enlarged `ratio` times to the size of `finer`."""
        ...


def coarse_to_fine(
    picture: Picture,
    reductions: Sequence[int],
    step: Callable[[int, Picture, Guess | None], Result],
    form: PictureKind[Picture, Result, Guess],
) -> Iterator[tuple[int, Result]]:
    """Call `step` (factor, the picture at that scale, what a coarser view would add to it if there was one) at every scale,
    coarsest first, and give (factor, what it returned); the last factor is 1."""
    before: tuple[Result, Picture, int] | None = None
    for factor in (*reductions, 1):
        shown = form.reduced(picture, factor) if factor > 1 else picture
        guess = None if before is None else form.guess(before[0], before[1], shown, before[2] // factor)
        result = step(factor, shown, guess)
        yield factor, result
        before = result, shown, factor


class Planes:
    """Tensors: (N, 3, h, w) in [0, 1], sides multiples of every factor. The guess carries no gradient from scale to scale: every
    scale has its own target."""

    def reduced(self, picture: "Tensor", factor: int) -> "Tensor":
        from torch.nn.functional import avg_pool2d

        return avg_pool2d(picture, factor)

    def guess(self, result: "Tensor", shown: "Tensor", finer: "Tensor", ratio: int) -> "Tensor":
        from torch.nn.functional import interpolate

        return interpolate(result.detach().float().clamp(0, 1) - shown, finer.shape[-2:], mode="bilinear")


PLANES: Final = Planes()

Step: TypeAlias = "Callable[[Tensor, Tensor | None], Tensor]"
"""(N, 3, h, w) and what a coarser view would add to it, if there was one -> the restored picture, not clamped."""


def descend(image: "Tensor", reductions: Sequence[int], step: "Step") -> "Iterator[tuple[int, Tensor]]":
    """`coarse_to_fine` for tensors."""
    return coarse_to_fine(image, reductions, lambda factor, shown, guess: step(shown, guess), PLANES)


def refined(image: "Tensor", reductions: Sequence[int], step: "Step") -> "Tensor":
    """What `step` returns for a tensor at full size, after all coarser scales."""
    *_, (_, result) = descend(image, reductions, step)
    return result


def unit(stride: int, reductions: Sequence[int]) -> int:
    """What a picture's sides must be multiples of, for a network of this stride at these scales."""
    return stride * max(reductions, default=1)


def usable(reductions: Sequence[int], height: int, width: int) -> tuple[int, ...]:
    """The reductions that leave enough of a picture of this size."""
    return tuple(factor for factor in reductions if min(height, width) // factor >= SMALLEST)
