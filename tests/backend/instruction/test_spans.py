"""Numbers and words of degree."""

import pytest

from restored.adjustments.names import PLAIN
from restored.instruction import explain
from restored.instruction.spans import LEVELS, strength_for


@pytest.mark.parametrize(
    ("words", "text", "alone", "strength"),
    [
        ("brighten it by 30", "brighten it by 30%", True, 0.3),
        ("denoise", "denoise, 70 percent", True, 0.7),
        ("brighten by 20%", "brighten by 20% and denoise by 80%", False, 0.2),
        ("denoise by 80", "brighten by 20% and denoise by 80%", False, 0.8),
        ("sharpen", "sharpen and denoise by 80%", False, 1.0),
        ("brighten by 300%", "brighten by 300%", True, 1.0),
        ("brighten by 0%", "brighten by 0%", True, 0.05),
    ],
)
def test_numbers_win(words, text, alone, strength):
    assert strength_for(0.95, words, text, alone) == strength


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("sharpen it ever so slightly", 0.35),
        ("just a touch of denoising", 0.35),
        ("a little more light", 0.4),
        ("completely remove the fog", 1.0),
        ("every last flake must go", 1.0),
        ("it's a bit dark", 1.0),
    ],
)
def test_degree_words(text, strength):
    assert strength_for(0.95, text, text, True) == strength


def test_a_degree_counts_for_its_own_clause_only():
    text = "sharpen a little and dehaze completely"
    assert strength_for(0.9, "sharpen", text, False) == 0.4
    assert strength_for(0.3, "dehaze", text, False) == 1.0


@pytest.mark.parametrize("learned", [0.0, 0.2, 0.37, 0.55, 0.8, 0.99])
def test_learned_strengths_are_rounded(learned):
    assert strength_for(learned, "words", "words", True) in LEVELS


def test_a_degree_is_of_its_own_wish_alone() -> None:
    steps = {step.task: step for step in explain("remove the rain and brighten it a little").steps}
    assert steps["derain"].strength == 1
    assert 0 < (steps["exposure"].amount or 0) < PLAIN["exposure"]
