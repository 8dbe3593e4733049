"""What the encoder makes of a sentence beside what the table of words heard in it."""

from restored.instruction import grammar
from restored.instruction.second_opinion import agree
from restored.instruction.wish_classes import CLASSES

GERMAN = grammar.load("de")


def agreed(text: str, **said: float) -> grammar.Heard:
    heard = grammar.hear(text, GERMAN)
    agree(heard, dict.fromkeys(CLASSES, 0.01) | {name.replace("_not", "not "): value for name, value in said.items()}, GERMAN)
    return heard


def test_a_wish_in_unknown_words_is_heard() -> None:
    heard = agreed("auf ihrem Kragen wimmeln Ameisen", denoise=0.7)
    assert [item.task for item in heard.named] == ["denoise"]
    assert agreed("auf ihrem Kragen wimmeln Ameisen", denoise=0.3).named == []


def test_a_tone_in_unknown_words_goes_its_way_and_by_its_amount() -> None:
    heard = agreed("sie sieht etwas nach Kürbis aus", **{"temperature-": 0.8})
    assert [(turn.name, turn.amount) for turn in heard.turns] == [("temperature", -0.2)]


def test_what_is_forbidden_is_not_done() -> None:
    heard = agreed("das Wimmeln weg, Kanten unangetastet", denoise=0.9, deblur=0.6, _notdeblur=0.9)
    assert [item.task for item in heard.named] == ["denoise"]
    assert "deblur" in heard.excluded


def test_of_two_ways_one_is_gone() -> None:
    heard = agreed("Omas Sonne glüht", **{"exposure-": 0.9, "exposure+": 0.6})
    assert [turn.amount < 0 for turn in heard.turns] == [True]


def test_talk_of_the_day_is_no_wish_whatever_its_words_are() -> None:
    assert agreed("gestern Schneefall bis zum Abwinken, die Kinder waren selig", desnow=0.1, off_topic=0.95).named == []
