"""Groups of touching pixels: the same as a well-known implementation's, on any picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, label

from restored.filling.components import groups


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 2**32 - 1), st.floats(0.02, 0.98), st.booleans())
def test_they_are_those_of_a_well_known_implementation(height: int, width: int, seed: int, share: float, soft: bool) -> None:
    noise = np.random.default_rng(seed).random((height, width))
    noise = gaussian_filter(noise, 1.2) if soft else noise
    marked = noise >= np.quantile(noise, share)
    theirs = np.zeros(marked.shape, np.int32)
    label(marked, np.ones((3, 3)), output=theirs)
    count = int(theirs.max())
    found = groups(marked)
    assert found.tall.size == count
    for number in range(count):
        drawn = found.drawn(np.arange(count) == number, marked.shape)
        (which,) = {*np.unique(theirs[drawn])}
        assert (drawn == (theirs == which)).all()
        rows, columns = np.nonzero(drawn)
        assert (found.tall[number], found.wide[number]) == (np.ptp(rows) + 1, np.ptp(columns) + 1)


def test_a_line_that_winds_is_one() -> None:
    marked = np.zeros((41, 60), bool)
    marked[::4] = True
    for row in range(0, 40, 8):
        marked[row : row + 5, -1] = True
    for row in range(4, 37, 8):
        marked[row : row + 5, 0] = True
    assert groups(marked).tall.tolist() == [41]


def test_nothing_is_no_group() -> None:
    found = groups(np.zeros((5, 7), bool))
    assert found.tall.size == 0
    assert not found.drawn(np.zeros(0, bool), (5, 7)).any()
