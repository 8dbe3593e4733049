"""Foreign text is shown, never obeyed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.ground.text import INSTEAD, visible

HOSTILE = [
    "\x1b]0;you are root\x07", "\x1b[2J", "\x1b]52;c;cm0gLXJmIH4=\x07", "\x9b31m", "\x90q", "a\r\nb", "a\nb", "a\tb",
    "\x7f", "\x00", "\u202egpj.exe", "\u2066x\u2069", "\u200b", "\ufeff", "\u2028", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = visible(text)
    assert INSTEAD in shown
    assert len(shown) == len(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in shown)


@pytest.mark.slow
@given(st.text())
def test_any_text(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert visible(shown) == shown
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert visible(text, lines=True).count("\n") == text.count("\n")


@pytest.mark.parametrize("text", ["Zoë Müller", "雨を消して", "café “x” — 60 %", "🌧️", "العربية"])
def test_languages_stay_as_they_are(text: str) -> None:
    assert visible(text) == text
