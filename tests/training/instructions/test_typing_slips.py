"""Typing noise."""

import random

from hypothesis import given
from hypothesis import strategies as st

from restored.instruction.spelling import slips
from restored_training.instructions.typing_slips import mistype, slip, stretch, text_speak


@given(st.text(max_size=60), st.integers(0, 1000))
def test_noise_takes_any_text(text, seed):
    rng = random.Random(seed)
    for change in (mistype, text_speak, stretch):
        assert isinstance(change(text, rng), str)


@given(st.integers(0, 5000))
def test_a_slip_stays_close(seed):
    word = slip("brighten", random.Random(seed))
    assert abs(len(word) - len("brighten")) <= 2
    # three at most: "ght" heard as "te", as in "briteen"
    assert slips(word, "brighten") <= 3


def test_short_words_stay():
    assert slip("fog", random.Random(1)) == "fog"


def test_mistype_changes_something():
    changed = sum(mistype("please remove the noise", random.Random(seed)) != "please remove the noise" for seed in range(50))
    assert changed > 40


def test_text_speak_knows_please():
    assert "please" not in text_speak("please fix it", random.Random(0), rate=1.0)
