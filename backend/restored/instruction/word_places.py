"""Which words of a sentence say where something is to be done, or where it is not, and which wish that is the place of: one layer
of ours on each word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arithmetic import LINEAR, linear, sigmoid
from .wish_classes import WISHES

OUTPUTS: Final = ("where", "left out", *WISHES)
"""Of each word: whether it is a place; of a place, whether it is to stay as it is, and whether each wish is meant there."""


@dataclass(frozen=True, slots=True)
class PlaceWord:
    """A word that begins and ends here in the text. odds: how likely it says where; left_out: then, that it is a place to leave
    as it is; wishes: (wishes,), then, that each is meant there, or empty where
    its layer does not say; all between 0 and 1."""

    start: int
    end: int
    odds: float
    left_out: float
    wishes: np.ndarray

    def is_of(self, wish: str) -> float:
        """How likely it says where a wish is meant, if it says where."""
        return float(self.wishes[WISHES.index(wish)])


def place_words(words: np.ndarray, stands: Sequence[tuple[int, int]], layer: LINEAR) -> list[PlaceWord]:
    """words: (T, width); stands: where in the text each of the T stands, (0, 0) for none of it; layer: width -> outputs,
    or the first two of them."""
    said = sigmoid(linear(words, layer))
    return [
        PlaceWord(start, end, float(row[0]), float(row[1]), row[2:])
        for (start, end), row in zip(stands, said, strict=True)
        if end > start
    ]
