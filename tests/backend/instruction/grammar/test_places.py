"""Where something is to be done: places by name, in lists, by a pronoun, and those that nobody finds."""

import pytest

from restored.instruction import explain

PLACES = {
    "remove the noise only in the sky": ("denoise", "only the sky"),
    "too noisy, but not the sky": ("denoise", "not the sky"),
    "remove the noise everywhere except the sky": ("denoise", "not the sky"),
    "denoise the shadows": ("denoise", "only the dark parts"),
    "the sky is too blue": ("temperature", "only the sky"),
    "make the left side brighter": ("exposure", "only the left side"),
    "sharpen the eyes only": ("deblur", "only “eyes”"),
    "sharpen everything but the background": ("deblur", "not “background”"),
    "the sky: less noise": ("denoise", "only the sky"),
    "sharpen only her eyes": ("deblur", "only “eyes”"),
    "sharpen only the faces": ("deblur", "only “faces”"),
}


def only_step(text: str):
    plan = explain(text)
    assert len(plan.steps) == 1, plan
    return plan.steps[0]


@pytest.mark.parametrize(("text", "meant"), PLACES.items())
def test_places(text, meant):
    step = only_step(text)
    assert step.region is not None
    assert (step.task, step.region.label) == meant


def test_a_place_that_is_only_guessed_waits_for_a_selection():
    region = only_step("sharpen only the faces").region
    assert region is not None
    assert (region.by_hand, region.places) == ("faces", ("skin",))


@pytest.mark.parametrize(
    ("wish", "task", "places", "outside"),
    [
        ("remove the noise in the sky and on the left", "denoise", ("sky", "left"), False),
        ("remove the noise except in the sky and on the left", "denoise", ("sky", "left"), True),
        ("remove the noise, but not in the sky and the shadows", "denoise", ("sky", "shadows"), True),
        ("sharpen everything except the sky and the shadows", "deblur", ("sky", "shadows"), True),
        ("only in the sky and in the shadows: remove the noise", "denoise", ("sky", "shadows"), False),
        ("denoise the sky, and the left side too", "denoise", ("sky", "left"), False),
        ("remove the noise and the grain in the sky", "denoise", ("sky",), False),
        ("the sky and the left side should be warmer", "temperature", ("sky", "left"), False),
        ("the sky and the shadows are too noisy", "denoise", ("sky", "shadows"), False),
        ("in the sky and on the left remove the noise", "denoise", ("sky", "left"), False),
        ("Mach den Himmel und die linke Seite wärmer", "temperature", ("sky", "left"), False),
        ("brighten the left and the right side", "exposure", ("left", "right"), False),
        ("Entferne das Rauschen außer im Himmel und links", "denoise", ("sky", "left"), True),
    ],
)
def test_what_is_said_of_one_place_in_a_list_is_said_of_all(wish: str, task: str, places: tuple[str, ...], outside: bool) -> None:
    plan = explain(wish)
    assert [step.task for step in plan.steps] == [task]
    region = plan.steps[0].region
    assert region is not None
    assert (set(region.places), region.outside) == (set(places), outside)
    assert not plan.unused
    assert not plan.message


@pytest.mark.parametrize("wish", ["brighten the faces on the left", "make only the faces on the left warmer"])
def test_a_place_that_nobody_finds_is_said_beside_one_that_is_found(wish: str) -> None:
    plan = explain(wish)
    assert [step.region.places for step in plan.steps if step.region] == [("left",)]
    assert [item.words for item in plan.unused] == ["faces"]


@pytest.mark.parametrize("wish", ["brighten the dog", "make the dress more saturated", "sharpen the eyes", "darken her hair"])
def test_what_is_turned_in_a_place_that_nobody_finds_waits_for_a_selection(wish: str) -> None:
    (step,) = explain(wish).steps
    assert step.region is not None
    assert step.region.by_hand


@pytest.mark.parametrize("wish", ["the dog is too dark", "brighten it, for the dog", "brighten it like the house"])
def test_a_complaint_or_a_reason_is_one_of_the_whole(wish: str) -> None:
    (step,) = explain(wish).steps
    assert step.region is None


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ("the sky is too bright, darken it", "only the sky"),
        ("the left side is dull, warm it up", "only the left side"),
        ("shadows look blue, warm them", "only the dark parts"),
        ("keep the sky, darken the rest", "not the sky"),
    ],
)
def test_a_pronoun_means_the_place_that_was_complained_of(wish: str, where: str) -> None:
    assert {step.region.label if step.region else "everywhere" for step in explain(wish).steps} == {where}


def test_elsewhere_is_everywhere_but_the_place_before() -> None:
    steps = explain("warmer in the sky, cooler elsewhere").steps
    assert {((step.amount or 0) > 0, step.region.label if step.region else "") for step in steps} == {
        (True, "only the sky"),
        (False, "not the sky"),
    }


@pytest.mark.parametrize(
    ("wish", "task", "where"),
    [
        ("remove the noise without touching the sky", "denoise", "not the sky"),
        ("brighten the shadows but not the sky", "shadows", "not the sky"),
        ("aclara las sombras sin quemar el cielo", "shadows", "not the sky"),
        ("éclaircis les ombres mais pas le ciel", "shadows", "not the sky"),
        ("sharpen the bird but not the branches", "deblur", "only “bird”"),
        ("denoise the wall but not the painting", "denoise", "only “wall”"),
        ("untere linke Ecke aufhellen", "exposure", "only the left bottom corner"),
    ],
)
def test_what_is_left_out_behind_a_wish_is_not_where_it_is_done(wish: str, task: str, where: str) -> None:
    (step,) = explain(wish).steps
    assert (step.task, step.region and step.region.label) == (task, where)


def test_only_what_is_there_is_taken_away() -> None:
    assert [step.task for step in explain("no haze here, just rain").steps] == ["derain"]
    assert [step.task for step in explain("noise away, but no plastic faces").steps] == ["denoise"]


@pytest.mark.parametrize("text", ["too sharp", "less sharp please", "zu scharf", "trop net", "demasiado nítida"])
def test_too_sharp_is_no_wish_to_sharpen(text: str) -> None:
    plan = explain(text)
    assert (plan.steps, plan.reason) == ((), "asks_to_add")
