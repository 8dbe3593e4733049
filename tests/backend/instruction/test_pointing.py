"""Words that the adapted encoder takes for a place, beside the places that the grammar heard."""

from collections.abc import Callable

import pytest

from restored.instruction import adapted, grammar
from restored.instruction.pointing import limited, point
from restored.regions.names import Region

ENGLISH = grammar.load("en")
Pointed = Callable[..., grammar.Heard]


@pytest.fixture
def pointed(monkeypatch: pytest.MonkeyPatch) -> Pointed:
    """A sentence, and the words that the encoder is made to take for places."""

    def of(text: str, *where: str) -> grammar.Heard:
        words = [(token.start, token.end, 0.9 if token.word in where else 0.0) for token in grammar.tokens(text)]
        monkeypatch.setattr(adapted, "places", lambda _: words)
        heard = grammar.hear(text, ENGLISH)
        point(heard, ENGLISH)
        return heard

    return of


def test_a_place_that_no_table_has_is_one_for_a_hand(pointed: Pointed) -> None:
    heard = pointed("warm up the wreck, and a bit more contrast", "wreck")
    assert [limited(heard, turn).region for turn in heard.turns] == [Region(by_hand="wreck"), None]


def test_a_place_that_has_a_name_is_that_place(pointed: Pointed) -> None:
    assert pointed("ants all over the lawn's sky", "sky").clauses[0].place == Region(("sky",))


def test_what_is_left_out_is_no_place_to_do_something(pointed: Pointed) -> None:
    heard = pointed("a lot warmer, but not the wreckage please", "wreckage")
    assert (heard.pointed, heard.limit(0)) == ({}, Region(outside=True, by_hand="wreckage"))
    assert pointed("much warmer except the wreckage", "wreckage").pointed == {0: Region(outside=True, by_hand="wreckage")}
    assert pointed("much warmer, keep the wreckage", "wreckage").pointed == {}


def test_highlights_and_complaints_have_no_place_but_their_own(pointed: Pointed) -> None:
    heard = pointed("lift the shadows on the wreck", "wreck")
    assert [limited(heard, turn).region for turn in heard.turns] == [None]
    assert pointed("the wreckage is too dark", "wreckage").pointed == {}


def test_where_no_word_says_where_there_is_no_place(pointed: Pointed) -> None:
    text = "ants all over the sky"
    assert pointed(text).clauses[0].place is None
    assert pointed(text, "sky").clauses[0].place is not None
