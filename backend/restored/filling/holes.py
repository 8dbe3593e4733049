"""Which pixels are to be filled, and whether they can be."""

from typing import Final

import numpy as np
import numpy.typing as npt

from restored.ground.errors import PixelError

from .biharmonic import HOLE, KNOWN, NOTHING, Kinds, halved

WHERE: Final = (
    "Scratches and holes are only filled where a mask or selection shows them: "
    "mark them, or look at those that I find and take them."
)
"""What is said when a plan wants something filled and nothing says where."""

MOST: Final = 0.6
"""Of a layer's pixels that may be marked: from fewer surroundings nothing can be told."""

WIDEST: Final = 128
"""Pixels: a marked square of so many, wherever it lies, is more than surroundings can fill."""

TOO_MUCH: Final = (
    "Too much is marked to be filled from what is around it. Mark only the scratches, spots and tears themselves, "
    f"none wider than about {WIDEST} pixels."
)


def kinds_of(marked: npt.NDArray[np.bool_], seen: npt.NDArray[np.bool_] | None) -> Kinds:
    """(H, W) of KNOWN, HOLE and NOTHING. seen: which pixels show a colour; None for all. Raises PixelError when too much is
    marked."""
    kinds = np.where(marked, np.uint8(HOLE), np.uint8(KNOWN))
    if seen is not None:
        kinds[~seen] = NOTHING
    holes, known = np.count_nonzero(kinds == HOLE), np.count_nonzero(kinds == KNOWN)
    if holes and (holes > MOST * (holes + known) or _wide(kinds)):
        raise PixelError(TOO_MUCH)
    return kinds


def depth(kinds: Kinds, places: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.uint8]:
    """How many pixels, up and down or across, each of a hole's pixels is from a known one: 1 beside it, at most `most`."""
    left = kinds == HOLE
    found = np.full(places.size, 1, np.uint8)
    for _ in range(most - 1):
        inner = left.copy()
        inner[1:] &= left[:-1]
        inner[:-1] &= left[1:]
        inner[:, 1:] &= left[:, :-1]
        inner[:, :-1] &= left[:, 1:]
        left = inner
        found += left.reshape(-1)[places]
    return found


def widened(kinds: Kinds, by: int) -> Kinds:
    """The same with every hole larger by so many pixels up, down and across."""
    return np.where(spread_out(kinds == HOLE, by) & (kinds != NOTHING), np.uint8(HOLE), kinds)


def spread_out(marked: npt.NDArray[np.bool_], by: int) -> npt.NDArray[np.bool_]:
    """(H, W) with so many more cells up, down and across of every marked one."""
    for _ in range(by):
        grown = marked.copy()
        grown[1:] |= marked[:-1]
        grown[:-1] |= marked[1:]
        grown[:, 1:] |= marked[:, :-1]
        grown[:, :-1] |= marked[:, 1:]
        marked = grown
    return marked


def _wide(kinds: Kinds) -> bool:
    """Whether a cell of WIDEST x WIDEST pixels is a hole throughout."""
    side = 1
    while side < WIDEST and (kinds == HOLE).any() and kinds.size > 1:
        kinds, side = halved(kinds), 2 * side
    return side >= WIDEST and bool((kinds == HOLE).any())
