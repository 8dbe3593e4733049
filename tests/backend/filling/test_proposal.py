"""What is proposed as damage: what is surely damaged somewhere, and less of it where everything looks a little so."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from restored.filling.proposal import LEVELS, MUCH, SUSPECT, proposal

(MAYBE, SURE), *_, (STRICT, CERTAIN) = LEVELS


def sureties(height: int = 200, width: int = 300) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def test_a_mark_is_followed_from_where_it_is_sure() -> None:
    picture = sureties()
    picture[50, 20:120] = MAYBE
    assert not proposal(picture).any()
    picture[50, 70] = SURE
    assert (proposal(picture) == (picture >= MAYBE)).all()


def test_a_single_pixel_is_no_mark() -> None:
    picture = sureties()
    picture[3, 4] = 255
    assert not proposal(picture).any()


def test_much_that_is_clear_is_proposed_and_much_that_is_not_is_not() -> None:
    clear = sureties()
    clear[::20, 10:] = SURE
    assert (proposal(clear) == (clear > 0)).all()
    doubtful = clear.copy()
    doubtful[2::4] = np.maximum(doubtful[2::4], SUSPECT)
    assert not proposal(doubtful).any()
    doubtful[40, 10:] = CERTAIN
    left = proposal(doubtful)
    assert left[40, 10:].all()
    assert left.mean() < 2 * MUCH


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_only_what_looks_like_damage_is_proposed(height: int, width: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    found = proposal(picture)
    assert not found[picture < MAYBE].any()
