"""What the adapted encoder makes of an English sentence beside what the grammar and the head heard in it."""

from collections.abc import Callable

import pytest

from restored.instruction import adapted, explain, grammar
from restored.instruction.head_reading import NOTHING, HeadReading
from restored.instruction.plan import Step
from restored.instruction.weighing import weigh
from restored.instruction.wish_classes import CLASSES

ENGLISH = grammar.load("en")
Weighed = Callable[..., tuple[grammar.Heard, HeadReading]]


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> Weighed:
    """A sentence, the tasks that the head saw, and what the encoder is made to say."""

    def of(text: str, *seen: str, **said: float) -> tuple[grammar.Heard, HeadReading]:
        odds = dict.fromkeys(CLASSES, 0.01) | said
        monkeypatch.setattr(adapted, "read", lambda _: odds)
        monkeypatch.setattr(adapted, "places", lambda _: [])
        heard = grammar.hear(text, ENGLISH)
        reading = HeadReading(tuple(Step(task, 0.9, 1.0, text) for task in seen), (), None, False, False, False)  # type: ignore[arg-type]
        return heard, weigh(heard, reading if seen else NOTHING, ENGLISH)

    return of


def test_a_wish_that_nobody_heard_is_added(weighed: Weighed) -> None:
    _, reading = weighed("ants all over his collar", denoise=0.9)
    assert [step.task for step in reading.steps] == ["denoise"]
    assert reading.reason is None
    heard, reading = weighed("the bride glows like a lamp", **{"highlights-": 0.9})
    assert [(turn.name, turn.amount < 0) for turn in heard.turns] == [("highlights", True)]
    assert weighed("ants all over his collar", denoise=0.4)[1].steps == ()
    heard, reading = weighed("ants all over his collar", "denoise", denoise=0.9, **{"exposure+": 0.6})
    assert heard.turns == [], "it has to be sure of what nobody else heard beside a wish"


def test_what_was_heard_by_mistake_is_gone_and_what_is_likely_stays(weighed: Weighed) -> None:
    _, reading = weighed("my hamster Pixel is fast as lightning", "dejpeg", off_topic=0.95)
    assert (reading.steps, reading.reason) == ((), "off_topic")
    assert [step.task for step in weighed("his collar crawls", "denoise", denoise=0.4)[1].steps] == ["denoise"]


def test_of_two_that_the_same_words_stand_for_the_likelier_is_meant(weighed: Weighed) -> None:
    heard, reading = weighed("a coal cellar in there", "lowlight", lowlight=0.8, **{"exposure+": 0.9})
    assert [step.task for step in reading.steps] == ["lowlight"]
    assert heard.turns == []
    heard, reading = weighed("a coal cellar in there", lowlight=0.4, **{"exposure+": 0.45})
    assert [turn.name for turn in heard.turns] == ["exposure"], "together they are likely enough"


def test_a_clause_of_known_words_counts_for_more(weighed: Weighed) -> None:
    heard, _ = weighed("more contrast, and ants on the collar", **{"contrast+": 0.12})
    assert [turn.name for turn in heard.turns] == ["contrast"]


def test_what_must_not_be_done_is_not_added(weighed: Weighed) -> None:
    _, reading = weighed("ants on the collar, but do not sharpen", deblur=0.99, denoise=0.9)
    assert [step.task for step in reading.steps] == ["denoise"]


def test_a_sentence_of_known_words_is_not_asked_about(weighed: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, reading = weighed("more contrast", **{"saturation+": 0.9})
    assert [turn.name for turn in heard.turns] == ["contrast"]
    assert reading.steps == ()


def test_of_what_cannot_be_done_nothing_is_made(weighed: Weighed) -> None:
    heard, reading = weighed("remove the halftone dots", denoise=0.99)
    assert heard.unused
    assert reading.steps == ()


def test_what_the_encoder_has_no_class_for_stays(weighed: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = grammar.hear("ants on the collar", ENGLISH)
    heard.turns.append(grammar.Turn("black_and_white", 0.0, "black and white", 0))
    monkeypatch.setattr(adapted, "read", lambda _: dict.fromkeys(CLASSES, 0.01))
    monkeypatch.setattr(adapted, "places", lambda _: [])
    assert weigh(heard, NOTHING, ENGLISH).steps == ()
    assert [turn.name for turn in heard.turns] == ["black_and_white"]


def test_what_was_read_of_a_sentence_stays_as_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    odds = dict.fromkeys(CLASSES, 0.05) | {"denoise": 0.4}
    whole = dict(odds)
    monkeypatch.setattr(adapted, "read", lambda text: whole if "," in text else odds | {"denoise": 0.9})
    monkeypatch.setattr(adapted, "places", lambda _: [])
    heard = grammar.hear("ants on the collar, and crumbs on the shirt", ENGLISH)
    step = Step("denoise", 0.9, 1.0, "ants on the collar")
    assert weigh(heard, HeadReading((step,), (), None, False, False, False), ENGLISH).steps == (step,)
    assert whole == odds


def test_a_clause_of_which_the_whole_says_nothing_counts_for_nothing(weighed: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "the panes glow, recover the view"
    whole = dict.fromkeys(CLASSES, 0.001) | {"highlights-": 0.9}
    monkeypatch.setattr(adapted, "read", lambda part: whole if part == text else whole | {"dehaze": 0.9})
    monkeypatch.setattr(adapted, "places", lambda _: [])
    heard = grammar.hear(text, ENGLISH)
    reading = HeadReading((Step("dehaze", 0.9, 1.0, "recover the view"),), (), None, False, False, False)
    assert weigh(heard, reading, ENGLISH).steps == ()
    assert [turn.name for turn in heard.turns] == ["highlights"]


def test_lighter_here_and_darker_there_are_both_meant(weighed: Weighed) -> None:
    heard, _ = weighed("ants in the barn, crumbs outside", **{"exposure+": 0.95, "exposure-": 0.97})
    assert sorted(turn.amount > 0 for turn in heard.turns) == [False, True]
    heard, _ = weighed("ants in the barn, crumbs outside", **{"exposure+": 0.75, "exposure-": 0.97})
    assert [turn.amount > 0 for turn in heard.turns] == [False]


def test_brighten_it_is_the_program_s_light_unless_an_amount_or_a_colour_binds_it() -> None:
    assert [step.task for step in explain("remove the rain and brighten it, but keep the grain").steps] == ["derain", "lowlight"]
    assert [step.task for step in explain("brighter but not warmer").steps] == ["exposure"]


def test_a_cast_that_goes_takes_no_colour_along() -> None:
    for text in ("remove the colour cast", "take the colour cast out", "take away the color cast"):
        assert [step.task for step in explain(text).steps] == ["enhance"], text


def test_redder_things_are_no_warmer_picture() -> None:
    assert {step.task for step in explain("tomatoes redder").steps} == {"saturation"}
