"""Words that an encoder takes for a place, beside the places that the grammar heard."""

from dataclasses import replace

import numpy as np

from restored.instruction import grammar
from restored.instruction.pointing import limited, place_in, place_of, point
from restored.instruction.wish_classes import WISHES
from restored.instruction.word_places import PlaceWord
from restored.regions.names import Region

ENGLISH = grammar.load("en")


def said(text: str, *where: str, of: tuple[str, ...] = WISHES, odds: float = 0.9, left_out: float = 0.0) -> list[PlaceWord]:
    """The words of a text, of which some say where these wishes are meant."""
    wishes = np.array([0.95 if name in of else 0.0 for name in WISHES])
    return [PlaceWord(t.start, t.end, odds if t.word in where else 0.0, left_out, wishes) for t in grammar.tokens(text)]


def pointed(text: str, *where: str, **how: object) -> grammar.Heard:
    heard = grammar.hear(text, ENGLISH)
    point(heard, said(text, *where, **how), ENGLISH)  # type: ignore[arg-type]
    return heard


def found(heard: grammar.Heard) -> list[tuple[int, Region]]:
    return [(place.clause, place.region) for place in heard.pointed]


def test_a_place_that_no_table_has_is_one_for_a_hand() -> None:
    heard = pointed("warm up the wreck, and a bit more contrast", "wreck", of=("temperature+",))
    assert [limited(heard, turn).region for turn in heard.turns] == [Region(by_hand="wreck"), None]


def test_a_place_that_has_a_name_is_that_place() -> None:
    assert pointed("ants all over the lawn's sky", "sky").clauses[0].place == Region(("sky",))


def test_what_is_left_out_is_no_place_to_do_something() -> None:
    heard = pointed("a lot warmer, but not the wreckage please", "wreckage")
    assert heard.limit(0) == Region(outside=True, by_hand="wreckage")
    assert found(pointed("much warmer except the wreckage", "wreckage")) == [(0, Region(outside=True, by_hand="wreckage"))]
    assert found(pointed("much warmer, keep the wreckage", "wreckage")) == []
    assert found(pointed("warmer, the wreckage suits me", "wreckage", left_out=0.8)) == [
        (1, Region(outside=True, by_hand="wreckage"))
    ]


def test_a_place_is_that_of_the_wish_that_it_is_said_of() -> None:
    heard = pointed("warm up the wreck and more contrast", "wreck", of=("temperature+",))
    assert [limited(heard, turn).region for turn in heard.turns] == [Region(by_hand="wreck"), None]
    assert place_of(heard, "denoise", 0) is None


def test_a_place_of_another_clause_has_to_be_sure() -> None:
    text = "the face is dark, warm it up"
    assert place_of(pointed(text, "face", odds=0.9), "temperature+", 1) == place_of(pointed(text, "face"), "temperature+", 0)
    assert place_of(pointed(text, "face", odds=0.7), "temperature+", 1) is None


def test_tones_that_are_places_are_no_place_of_themselves() -> None:
    heard = pointed("more of the shadows", "shadows")
    turn = grammar.Turn("shadows", 0.5, "more of the shadows", 0)
    assert limited(heard, turn).region is None


def test_where_no_word_says_where_there_is_no_place() -> None:
    text = "ants all over the sky"
    assert pointed(text).clauses[0].place is None
    assert pointed(text, "sky").clauses[0].place is not None


def test_a_whole_text_has_its_first_place() -> None:
    text = "only the wreck, not the sky"
    assert place_in(text, said(text, "wreck", "sky"), ENGLISH) == Region(by_hand="wreck")
    assert place_in("not the sky", said("not the sky", "sky"), ENGLISH) == Region(("sky",), outside=True)
    assert place_in(text, said(text), ENGLISH) is None


def test_a_place_that_stays_as_it_is_is_none_of_what_stands_before_it() -> None:
    text = "lighten the wreck, water stays dark"
    words = [
        replace(word, left_out=0.99) if text[word.start : word.end] == "water" else word for word in said(text, "wreck", "water")
    ]
    heard = grammar.hear(text, ENGLISH)
    point(heard, words, ENGLISH)
    assert place_of(heard, "exposure+", 0) == Region(by_hand="wreck")


def test_where_it_shall_be_brighter_is_the_place_of_light_that_the_program_judges() -> None:
    text = "brighten up the wreck"
    assert place_of(pointed(text, "wreck", of=("exposure+",), odds=0.95), "lowlight", 0) == Region(by_hand="wreck")
    assert place_of(pointed(text, "wreck", of=("exposure+",), odds=0.86), "lowlight", 0) is None, "it may be all that is seen"


def test_a_place_of_a_clause_that_asks_for_nothing_is_taken_up_by_the_next_one() -> None:
    heard = pointed("the left half sits in the shade, brighten there", "left", odds=0.95)
    assert place_of(heard, "lowlight", 1) == Region(("left",))
