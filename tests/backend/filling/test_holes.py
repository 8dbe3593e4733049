"""What may be filled."""

import numpy as np
import pytest

from restored.filling.biharmonic import HOLE, KNOWN, NOTHING
from restored.filling.holes import WIDEST, depth, kinds_of
from restored.ground.errors import PixelError


def test_hidden_pixels_are_neither() -> None:
    marked, seen = np.zeros((4, 9), bool), np.ones((4, 9), bool)
    marked[1, 1:3] = True
    seen[:, 2] = False
    kinds = kinds_of(marked, seen)
    assert kinds[1, 1] == HOLE
    assert (kinds[:, 2] == NOTHING).all()
    assert kinds[0, 0] == KNOWN


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_too_much_is_a_sentence(share: float) -> None:
    marked = np.zeros((100, 100), bool)
    marked[: int(100 * share)] = True
    with pytest.raises(PixelError, match="Too much is marked"):
        kinds_of(marked, None)


def test_too_wide_is_a_sentence_and_long_is_not() -> None:
    marked = np.zeros((900, 900), bool)
    marked[100 : 100 + 2 * WIDEST, 100 : 100 + 2 * WIDEST] = True
    with pytest.raises(PixelError, match=f"{WIDEST} pixels"):
        kinds_of(marked, None)
    marked[:] = False
    marked[100:130] = True
    assert np.count_nonzero(kinds_of(marked, None) == HOLE) == 30 * 900


def test_depth_counts_pixels_from_what_is_known() -> None:
    kinds = np.full((9, 9), KNOWN, np.uint8)
    kinds[2:7, 2:7] = HOLE
    places = np.flatnonzero(kinds == HOLE)
    found = depth(kinds, places, 3).reshape(5, 5)
    assert found[0].tolist() == [1] * 5
    assert found[1, 1] == 2
    assert found[2, 2] == 3
