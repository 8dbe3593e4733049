"""Hindi in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction import multilingual
from restored.instruction.romanise import romanised


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("आसमान", "asman"),
        ("फोटो धुंधली है", "photo dhundhli hai"),
        ("तस्वीर", "tasvir"),
        ("ज़्यादा", "zyada"),
        ("सफ़ेद", "safed"),
        ("कमरा", "kamra"),
        ("चटक रंग", "chatak rang"),
        ("पसंद", "pasand"),
        ("५० %", "50 %"),
        ("noise हटाओ।", "noise hatao."),
        ("plain text, naïve 雪", "plain text, naïve 雪"),
    ],
)
def test_as_people_type_it(text: str, latin: str) -> None:
    assert romanised(text)[0] == latin


@given(st.text(st.characters(min_codepoint=0x900, max_codepoint=0x97F) | st.characters(codec="ascii")))
def test_any_letters_keep_their_order_and_place(text: str) -> None:
    latin, stood = romanised(text)
    assert len(latin) == len(stood)
    assert stood == sorted(stood)
    assert all(0 <= at < len(text) for at in stood)


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x8FF)))
def test_other_letters_stay(text: str) -> None:
    assert romanised(text) == (text, list(range(len(text))))


def test_where_a_word_stands_is_where_it_was_typed() -> None:
    text = "आसमान को नीला करो"
    spans = [span for span in multilingual.spoken(text) if span[1] > span[0]]
    assert {index for a, b in spans for index in range(a, b)} >= {i for i, letter in enumerate(text) if letter.isalpha()}
    assert all(0 <= a < b <= len(text) for a, b in spans)
