"""What one word of a clause makes of another: numbers in words, what is denied, praised, or done for a purpose."""

import pytest

from restored.instruction import explain, grammar


def _turns(text: str, language: str = "en") -> dict[str, float]:
    return {turn.name: turn.amount for turn in grammar.hear(text, grammar.load(language)).turns}


def _named(text: str, language: str = "en") -> set[str]:
    return {item.task for item in grammar.hear(text, grammar.load(language)).named}


@pytest.mark.parametrize(
    ("text", "language", "turns"),
    [
        ("contrast minus a third", "en", {"contrast": pytest.approx(-1 / 3, abs=1e-3)}),
        ("contrast plus a third", "en", {"contrast": pytest.approx(1 / 3, abs=1e-3)}),
        ("twenty-five percent more saturation", "en", {"saturation": 0.25}),
        ("thirty five percent less contrast", "en", {"contrast": -0.35}),
        ("zwanzig Prozent mehr Kontrast", "de", {"contrast": 0.2}),
        ("two and a third stops brighter", "en", {"exposure": pytest.approx(2.3333)}),
        ("shadows up by 35", "en", {"shadows": 0.35}),
        ("strip 40 % of the contrast", "en", {"contrast": -0.4}),
        ("bring it back a stop", "en", {"exposure": -1.0}),
    ],
)
def test_amounts_in_words(text, language, turns):
    assert _turns(text, language) == turns


def test_an_amount_goes_down_without_what_follows():
    turns = _turns("half a stop down plus a touch of warmth")
    assert turns["exposure"] == -0.5
    assert turns["temperature"] > 0


def test_what_it_was_done_for_is_no_second_wish():
    assert _turns("I underexposed by one stop to protect the highlights") == {"exposure": 1.0}
    assert set(_turns("underexposed by one stop, protect the highlights")) == {"exposure", "highlights"}


def test_neither_nor_removes_both():
    assert _named("neither snow nor noise") == {"desnow", "denoise"}
    assert _named("neither sharpen nor denoise") == set()


def test_what_is_fine_of_one_is_lacking_in_the_other():
    assert _named("the sharpness is fine, the noise isn't") == {"denoise"}
    assert _turns("the sharpness is fine, the contrast isn't")["contrast"] > 0
    assert _turns("the brightness is fine, the contrast isn't")["contrast"] > 0
    assert _turns("the brightness is fine, the contrast is weak")["contrast"] > 0
    assert _named("the noise is terrible, the sharpness isn't") != {"deblur"}


def test_an_unknown_verb_turns_nothing_the_other_way():
    assert _turns("brighten the shadows and the highlights")["highlights"] > 0
    assert "highlights" not in _turns("brighten the shadows and frobnicate the highlights")


@pytest.mark.parametrize("text", ["neither brighter nor darker", "neither too bright nor too dark", "anything but sharpening"])
def test_what_is_denied_is_not_done(text):
    plan = explain(text)
    assert not plan.steps
    assert plan.reason == "asks_to_keep"
