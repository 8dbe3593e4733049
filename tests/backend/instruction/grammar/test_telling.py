"""What is only told: of the picture it is a complaint, of the day or with praise it is no wish."""

import pytest

from restored.instruction import explain

PRAISED = [
    "the grain is nice",
    "grain is beautiful here",
    "I like how the rain looks",
    "we had fog all morning and it was lovely",
    "lovely warm light",
    "Das Rauschen ist schön",
    "me gusta el grano",
    "le grain est magnifique",
    "снег очень красивый",
]
TOLD = [
    "it was a bright cold day",
    "the party was loud and dark",
    "it's foggy outside",
    "it's sharp enough as it is",
    "es war ein heller kalter Tag",
]
WISHES = {
    "great picture, just too dark": {"lowlight"},
    "I love it but the noise bugs me": {"denoise"},
    "it was a lovely evening but the picture is noisy": {"denoise"},
    "it was a foggy day, clear it up": {"dehaze"},
    "more contrast would be nice": {"contrast"},
    "nice and bright please": {"exposure"},
    "keep the lovely grain, sharpen it": {"deblur"},
    "the night shot is noisy": {"denoise"},
    "the lamps give the walls a yellow cast": {"temperature"},
}
NUMBERS = {
    "dehaze 40": ("dehaze", 0.4),
    "sharpen +20": ("deblur", 0.2),
    "noise reduction: 30": ("denoise", 0.3),
    "set noise reduction to 25": ("denoise", 0.25),
}


@pytest.mark.parametrize("text", [*PRAISED, *TOLD])
def test_it_is_left_alone(text: str) -> None:
    assert explain(text).steps == ()


@pytest.mark.parametrize(("text", "tasks"), WISHES.items())
def test_a_wish_beside_it_is_read(text: str, tasks: set[str]) -> None:
    assert {step.task for step in explain(text).steps} == tasks


@pytest.mark.parametrize(("text", "meant"), NUMBERS.items())
def test_a_number_behind_the_name_of_a_task_is_its_strength(text: str, meant: tuple[str, float]) -> None:
    assert [(step.task, step.strength) for step in explain(text).steps] == [meant]


def test_a_slider_may_have_a_colon() -> None:
    assert [(step.task, step.amount) for step in explain("contrast: 20").steps] == [("contrast", 0.2)]


def test_less_here_and_more_there_is_of_the_same_quality() -> None:
    plan = explain("less warm in the shadows, more in the highlights")
    assert [(step.task, step.amount, step.region.places if step.region else ()) for step in plan.steps] == [
        ("temperature", -0.4, ("shadows",)),
        ("temperature", 0.4, ("highlights",)),
    ]


@pytest.mark.parametrize("text", ["take the people out", "get rid of the car", "delete the bird"])
def test_things_are_not_taken_out_and_that_is_said(text: str) -> None:
    plan = explain(text)
    assert plan.reason == "cannot_yet"
    assert "do not remove things" in plan.message


def test_only_is_said_of_what_stands_behind_it() -> None:
    plan = explain("I took this with only two candles on the table, it is dark and grainy")
    assert {step.task for step in plan.steps} == {"lowlight", "denoise"}
    assert all(step.region is None for step in plan.steps)


def test_a_sentence_that_two_languages_could_have_is_read_by_the_one_that_understands_it() -> None:
    assert [(step.task, step.amount) for step in explain("30% mais contraste").steps] == [("contrast", 0.3)]


def test_dark_and_of_a_hue_are_both_complained_of() -> None:
    assert {step.task: (step.amount or 0) > 0 for step in explain("темно и сине").steps} == {
        "lowlight": False,
        "temperature": True,
    }
