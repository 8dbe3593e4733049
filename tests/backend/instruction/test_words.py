"""Numbers and words of degree."""

import pytest

from restored.instruction.words import LEVELS, strength_for


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


@pytest.mark.parametrize("learned", [0.0, 0.2, 0.37, 0.55, 0.8, 0.99])
def test_learned_strengths_are_rounded(learned):
    assert strength_for(learned, "words", "words", True) in LEVELS
