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


def test_a_place_is_heard_too() -> None:
    region = explain("remove the dust in the sky").steps[0].region
    assert region is not None
    assert region.places == ("sky", "marks")
    assert region.both
