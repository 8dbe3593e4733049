"""Scratches, dust and holes, in every language that has words for them."""

import pytest

from restored.instruction import explain
from restored.instruction.grammar import concepts

WISHES = (
    "remove the scratches",
    "get rid of the dust spots",
    "remove the scratches and the fold",
    "fill the hole",
    "there are cracks everywhere",
    "entferne die Kratzer und den Staub",
    "enlève les rayures et la poussière",
    "quita los arañazos",
    "удали царапины",
    "去除划痕",
    "傷を消して",
)
KEPT = (
    "remove the noise but keep the scratches",
    "not the scratches, only the noise",
    "don't touch the scratches, just denoise",
    "Kratzer behalten, Rauschen weg",
)


@pytest.mark.parametrize("text", WISHES)
def test_they_become_a_step(text: str) -> None:
    plan = explain(text)
    assert [step.task for step in plan.steps] == ["inpaint"]
    assert not plan.unused
    assert plan.steps[0].strength == 1
    assert plan.steps[0].region is not None
    assert "marks" in plan.steps[0].region.places  # what can be looked at and made a selection, in the hosts


@pytest.mark.parametrize("text", KEPT)
def test_they_can_be_kept(text: str) -> None:
    plan = explain(text)
    assert [step.task for step in plan.steps] == ["denoise"]
    assert "inpaint" in plan.excluded


def test_they_come_first_and_leave_the_other_wishes_alone() -> None:
    plan = explain("sharpen it and remove the scratches, half a stop brighter")
    assert [step.task for step in plan.steps] == ["inpaint", "deblur", "exposure"]


@pytest.mark.parametrize("text", ["start from scratch", "add some dust and scratches"])
def test_scratches_are_not_always_meant(text: str) -> None:
    assert "inpaint" not in {step.task for step in explain(text).steps}


def test_keeping_them_alone_is_no_wish() -> None:
    assert explain("keep the scratches").reason == "asks_to_keep"


@pytest.mark.parametrize("language", concepts.languages())
def test_every_language_has_words_for_them(language: str) -> None:
    assert concepts.load(language).concepts("holes") == {"inpaint"}


PLACES = {
    # sentence: the label of its region; marks are always looked at first, and a place says which of them
    "remove the scratches": "only the marks that I find",
    "remove the dust in the sky": "only the marks that I find, only the sky",
    "remove the scratches, but not in the sky": "only the marks that I find, not the sky",
    "remove the scratches everywhere but in the sky": "only the marks that I find, not the sky",
    "remove the scratches except those in the sky": "only the marks that I find, not the sky",
    "keep the sky, remove the scratches": "only the marks that I find, not the sky",
    "fill the scratches in the top left corner": "only the marks that I find, only the left top corner",
    "remove the scratches on the left but not the dust": "only the marks that I find, only the left side",
    "remove the scratches except on the car": "only the marks that I find, not “car”",
    "entferne die Kratzer überall außer im Himmel": "only the marks that I find, not the sky",
    "entferne die Kratzer im Himmel": "only the marks that I find, only the sky",
    "enlève les rayures sauf dans le ciel": "only the marks that I find, not the sky",
}


@pytest.mark.parametrize(("text", "label"), PLACES.items())
def test_a_place_says_which_marks_are_meant(text: str, label: str) -> None:
    (step,) = explain(text).steps
    assert step.task == "inpaint"
    assert step.region is not None
    assert step.region.label == label


@pytest.mark.parametrize(
    "text",
    [
        "remove the scratches everywhere but there",
        "remove the scratches everywhere except the selection",
        "remove the noise, but not in the selection",
        "entferne die Kratzer überall außer dort",
        "enlève les rayures sauf dans la sélection",
    ],
)
def test_a_selection_is_not_turned_round_but_explained(text: str) -> None:
    plan = explain(text)
    assert not plan.steps, "only what is selected would change: the opposite of what is wanted"
    assert plan.reason == "cannot_yet"
    assert "invert the selection" in plan.message


def test_a_selection_that_is_only_mentioned_is_none_of_that() -> None:
    assert [step.task for step in explain("I have not made a selection, remove the noise").steps] == ["denoise"]


@pytest.mark.parametrize("text", ["remove the scratches and the dust, not the fold", "remove the scratch but leave the dust"])
def test_kinds_of_marks_that_should_stay_are_not_passed_over(text: str) -> None:
    plan = explain(text)
    assert [step.task for step in plan.steps] == ["inpaint"]
    (left,) = plan.unused
    assert "apart" in left.message
    assert left.words in text
