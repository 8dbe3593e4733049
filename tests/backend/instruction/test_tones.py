"""Which way a tone is turned where no word of the grammar says it."""

import numpy as np
import pytest

from restored.adjustments.names import ADJUSTMENTS
from restored.instruction import explain, tones


def test_classes_are_adjustments_with_a_sign_and_what_is_left_to_the_model():
    assert {name[:-1] for name in tones.CLASSES[2:]} == set(ADJUSTMENTS)
    assert all(name[-1] in "+-" for name in tones.CLASSES[2:])


def test_a_vector_that_says_nothing_leans_nowhere():
    assert tones.leaning(np.zeros(384, np.float32)) is None


def test_a_damaged_file_is_said(tmp_path, monkeypatch):
    broken = tmp_path / "tones.safetensors"
    broken.write_bytes(tones.FILE.read_bytes() + b"x")
    broken.with_suffix(".json").write_bytes(tones.FILE.with_suffix(".json").read_bytes())
    monkeypatch.setattr(tones, "FILE", broken)
    tones._layer.cache_clear()
    with pytest.raises(tones.TonesError, match="damaged"):
        tones.leaning(np.zeros(384, np.float32))
    tones._layer.cache_clear()


@pytest.mark.parametrize("text", ["faded", "the colours look dull and flat", "washed out old print"])
def test_a_state_that_the_model_is_for_stays_with_it(text):
    assert [step.task for step in explain(text).steps] == ["enhance"]
