"""Which way and how far in turns of phrase that writers use: a typographer's minus, "off the warmth", "by 20"."""

import pytest

from restored.instruction import explain

CHANGES = {
    "+0.7 EV, contrast −10 %": {"exposure": 0.7, "contrast": -0.1},
    "shadows −20": {"shadows": -0.2},
    "ten per cent off the contrast": {"contrast": -0.1},
    "wind the contrast back a fair way": {"contrast": -0.25},
    "everyone has gone pink, shift it to green": {"tint": -0.4},
    "Under the trees everything turned lime, balance it with magenta.": {"tint": 0.4},
    "Shift it towards blue.": {"temperature": -0.4},
    "Deepen the black point.": {"blacks": -0.4},
    "soften the blacks": {"blacks": 0.4},
    "raise the exposure by 0.3": {"exposure": 0.3},
    "reduce the highlights by 20 and the contrast by 10": {"highlights": -0.2, "contrast": -0.1},
}


@pytest.mark.parametrize("text", CHANGES)
def test_a_change_goes_its_way_and_as_far_as_was_said(text: str) -> None:
    assert {step.task: step.amount for step in explain(text).steps} == pytest.approx(CHANGES[text])


@pytest.mark.parametrize(
    ("text", "filled"),
    {
        "get rid of the dust": True,
        "there is dust all over the scan": True,
        "take the hairs off the scan and the noise too": True,
        "dusty roads, cold beer, good friends": False,
        "groom's black tux reads as one hole, I'd like to see lapels": False,
    }.items(),
)
def test_what_a_picture_shows_is_no_damage_of_its_paper(text: str, filled: bool) -> None:
    assert any(step.task == "inpaint" for step in explain(text).steps) == filled


@pytest.mark.parametrize(
    ("text", "tasks"),
    {"noise kam karo": ["denoise"], "photo bahut andheri hai": ["lowlight"], "Grazie infinite!!!": []}.items(),
)
def test_words_of_other_languages_in_latin_letters(text: str, tasks: list[str]) -> None:
    assert [step.task for step in explain(text).steps] == tasks


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the plate is blown out", "highlights"),
        ("her dress is burnt out", "highlights"),
        ("le visage est surexposé", "highlights"),
        ("it's blown out", "exposure"),
        ("this shot of the harbour is blown out", "exposure"),
        ("darken the plate by one stop", "exposure"),
    ],
)
def test_a_thing_that_is_too_bright_has_lost_its_highlights(text: str, name: str) -> None:
    """Nobody wants the whole picture darker for a plate."""
    assert [step.task for step in explain(text).steps] == [name]
