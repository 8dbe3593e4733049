"""Frames of prints and starry skies are no damage; scratches near them are."""

import numpy as np
import pytest

from restored.engine.engine import shared
from restored.filling.false_marks import without_crowds, without_frame


def lines(height: int = 300, width: int = 400) -> np.ndarray:
    return np.zeros((height, width), bool)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("slope", [0.0, 0.01, -0.02])
def test_a_line_along_an_edge_is_the_prints(turns: int, slope: float) -> None:
    marked = lines()
    for column in range(60, 400):
        row = round(5 + slope * (column - 230))
        marked[max(0, row - 1) : row + 2, column] = True
    assert not without_frame(np.rot90(marked, turns)).any()


def test_a_scratch_across_a_frame_stays() -> None:
    marked = lines()
    marked[4:7] = True
    marked[:, 200:203] = True
    left = without_frame(marked)
    assert left[12:, 200:203].all()
    assert left.sum() == left[:, 200:203].sum()


def test_farther_in_one_line_is_a_scratch_and_several_are_a_frame() -> None:
    marked = lines()
    marked[12:15] = True
    assert (without_frame(marked) == marked).all()
    marked[:, 385:388] = True
    assert not without_frame(marked)[20:280].any()


def test_in_the_middle_nothing_is_a_frame() -> None:
    marked = lines()
    marked[150:153] = True
    marked[:, 200:203] = True
    assert (without_frame(marked) == marked).all()


def test_specks_among_very_many_are_no_dust_and_a_scratch_among_them_stays() -> None:
    random = np.random.default_rng(0)
    marked = lines()
    for row, column in random.integers(0, [297, 397], (400, 2)):
        marked[row : row + 3, column : column + 3] = True
    marked[100:103, 50:350] = True
    left = without_crowds(marked)
    assert left[101, 50:350].all()
    assert left.sum() < 0.5 * marked.sum()
    few = lines()
    for row, column in ((20, 30), (80, 300), (200, 60), (210, 90)):
        few[row : row + 3, column : column + 3] = True
    assert (without_crowds(few) == few).all()


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2), (33, 31)])
def test_any_size(shape: tuple[int, int]) -> None:
    marked = np.ones(shape, bool)
    for rule in (without_frame, without_crowds):
        assert not (rule(marked) & ~marked).any()
        assert not rule(~marked).any()


def test_where_one_side_is_lighter_all_along_there_is_an_edge_and_no_scratch() -> None:
    """A roof against the sky, with a light rim; and the same rim as a scratch down an even wall."""
    random = np.random.default_rng(1)
    picture = np.full((260, 320, 3), 0.45) + random.normal(0, 2 / 255, (260, 320, 3))
    scratched = picture.copy()
    picture[130:] -= 0.15
    for each in (picture, scratched):
        each[128:131] = 0.62
    assert shared().marks(np.rint(picture * 255).astype(np.uint8)).mean() < 0.001
    assert shared().marks(np.rint(scratched * 255).astype(np.uint8))[129].mean() > 0.9
