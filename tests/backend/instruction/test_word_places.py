"""What each word of a sentence says of places."""

import numpy as np
import pytest

from restored.instruction.word_places import OUTPUTS, place_words


def test_each_word_of_the_text_has_its_own_numbers() -> None:
    rng = np.random.default_rng(3)
    words, weight = rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=(len(OUTPUTS), 4)).astype(np.float32)
    first, last = place_words(words, [(0, 4), (0, 0), (5, 9)], (weight, np.zeros(len(OUTPUTS), np.float32)))
    assert (first.start, first.end, last.start) == (0, 4, 5), "what stands nowhere in the text is no word of it"
    expected = 1 / (1 + np.exp(-(weight @ words[2])))
    assert (last.odds, last.left_out) == pytest.approx(tuple(expected[:2]), abs=1e-5)
    assert last.is_of("denoise") == pytest.approx(expected[OUTPUTS.index("denoise")], abs=1e-5)
