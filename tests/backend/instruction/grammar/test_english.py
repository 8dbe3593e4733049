"""Directions, amounts and what cannot be done, through the front door."""

import numpy as np
import pytest

from restored.instruction import explain
from restored.instruction.plan import Plan

DIRECTIONS = {
    "make it warmer": ("temperature", 1),
    "make it cooler": ("temperature", -1),
    "warm it up slightly": ("temperature", 1),
    "it looks too cold": ("temperature", 1),
    "too yellow": ("temperature", -1),
    "remove the yellow cast": ("temperature", -1),
    "it has a greenish tint": ("tint", 1),
    "it is overexposed": ("exposure", -1),
    "make it darker": ("exposure", -1),
    "not so bright please": ("exposure", -1),
    "less saturated": ("saturation", -1),
    "the colours are too strong": ("saturation", -1),
    "increase the saturation": ("saturation", 1),
    "turn the contrast down": ("contrast", -1),
    "contrast is too low": ("contrast", 1),
    "it needs more contrast": ("contrast", 1),
    "lift the shadows": ("shadows", 1),
    "shadows are too dark": ("shadows", 1),
    "highlights are blown out": ("highlights", -1),
    "deeper blacks": ("blacks", -1),
    "black and white please": ("black_and_white", 1),
    "black and white": ("black_and_white", 1),
    "b&w": ("black_and_white", 1),
    "less garish": ("saturation", -1),
    "less overexposed": ("exposure", -1),
    "the print went magenta": ("tint", -1),
    "everything turned yellow": ("temperature", -1),
    "the shadows are plugged": ("shadows", 1),
}
AMOUNTS = {
    "one stop brighter": ("exposure", 1.0),
    "a stop and a half darker": ("exposure", -1.5),
    "increase exposure by 1/3": ("exposure", 0.3333),
    "halve the contrast": ("contrast", -0.5),
    "highlights -40": ("highlights", -0.4),
    "to much contrast": ("contrast", -0.25),
    "it is colder than the real scene": ("temperature", 0.4),
    "it should be colder than now": ("temperature", -0.4),
    "darken it by half a stop": ("exposure", -0.5),
    "+0.7 EV": ("exposure", 0.7),
    "1/3 stop darker": ("exposure", -0.3333),
    "twice as bright": ("exposure", 1.0),
    "20% more contrast": ("contrast", 0.2),
    "saturation -20": ("saturation", -0.2),
    "half the contrast": ("contrast", -0.5),
    "two thirds of a stop darker": ("exposure", -0.6667),
    "three quarters of a stop more": ("exposure", 0.75),
    "up seven tenths of a stop": ("exposure", 0.7),
    "four tenths of a stop down": ("exposure", -0.4),
    "a tenth of a stop brighter": ("exposure", 0.1),
    "up by point seven of a stop": ("exposure", 0.7),
}
CANNOT = {
    "remove the halftone dots": (set(), "halftone dots"),
    "remove the noise and the watermark": ({"denoise"}, "watermark"),
    "sharpen the eyes only": ({"deblur"}, "eyes"),
    "brighten the faces": ({"exposure"}, "faces"),
    "the faces are too dark": ({"lowlight"}, "faces"),
    "denoise it and make her smile": ({"denoise"}, "make her smile"),
    "dehaze it and replace the sky": ({"dehaze"}, "replace the sky"),
    "cooler, but not the skin": ({"temperature"}, "skin"),
    "colour this black and white picture": (set(), "colour this black and white"),
    "remove the rain and the drops on the lens": ({"derain"}, "drops on the lens"),
    "get the raindrops off the lens": (set(), "raindrops off the lens"),
}


def only_step(text: str):
    plan = explain(text)
    assert len(plan.steps) == 1, plan
    return plan.steps[0]


@pytest.mark.parametrize(("text", "meant"), DIRECTIONS.items())
def test_directions(text, meant):
    step = only_step(text)
    assert (step.task, 1 if (step.amount or 0) > 0 else -1) == meant


@pytest.mark.parametrize(("text", "meant"), AMOUNTS.items())
def test_amounts(text, meant):
    step = only_step(text)
    assert (step.task, step.amount) == (meant[0], pytest.approx(meant[1], abs=1e-3))


def test_degrees_are_ordered():
    sizes = [only_step(f"make it {words}").amount or 0 for words in ("a touch warmer", "a bit warmer", "warmer", "much warmer")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4


@pytest.mark.parametrize(("text", "meant"), CANNOT.items())
def test_what_cannot_be_done_is_said(text, meant):
    plan = explain(text)
    assert {step.task for step in plan.steps} == meant[0]
    assert meant[1] in [item.words for item in plan.unused]
    assert all(item.message.endswith(".") for item in plan.unused)
    assert bool(plan.steps) or (plan.reason == "cannot_yet" and plan.message.endswith("."))


@pytest.mark.parametrize("text", ["auto", "Automatisch!", "自动"])
def test_everything_left_to_the_program_means_a_look_at_the_picture(text):
    seen = explain(text, context=np.full((64, 64, 3), 0.02, np.float32), sample=np.full((64, 64, 3), 0.02, np.float32))
    assert seen.proposed


@pytest.mark.parametrize("text", ["hello", "what can you do?", "hilf mir", "こんにちは"])
def test_greetings_are_answered_with_an_example(text):
    plan = explain(text)
    assert plan.reason == "empty"
    assert "for example" in plan.message


@pytest.mark.parametrize(
    ("text", "scale"), {"upscale it 2x": 2, "make it twice as large": 2, "enlarge it 4 times": 4, "4x": 4}.items()
)
def test_scale(text, scale):
    plan = explain(text)
    assert (plan.scale, [step.task for step in plan.steps]) == (scale, ["superres"])


@pytest.mark.parametrize(
    "text", ["brighten my day", "sharpen my pencil", "warm up my coffee", "why is the sky blue", "turn down the volume"]
)
def test_off_topic(text):
    assert not explain(text).steps


@pytest.mark.parametrize("text", ["noise", "Rain", "fog!"])
def test_a_bare_word_is_asked_about(text):
    plan = explain(text)
    assert plan.reason == "not_understood"
    assert "Did you mean" in plan.message


def test_two_directions_and_a_task():
    plan = explain("remove the rain, make it a bit warmer and lower the contrast")
    assert [step.task for step in plan.steps] == ["derain", "temperature", "contrast"]
    assert [step.amount for step in plan.steps[1:]] == [pytest.approx(0.2), pytest.approx(-0.25)]


def test_only_the_luminance_or_the_colour_of_the_noise():
    assert only_step("luminance noise only").part == "light"
    assert only_step("remove only the colour noise").part == "colour"


def test_what_is_forbidden_is_not_done():
    plan = explain("make it warmer, but keep the contrast")
    assert [step.task for step in plan.steps] == ["temperature"]
    assert "contrast" in plan.excluded


def test_a_limit_holds_for_what_was_said_before_it_or_for_all_that_follows():
    before = explain("too noisy, but not the sky, and make it one stop brighter")
    assert {step.task: step.region is not None for step in before.steps} == {"denoise": True, "exposure": False}
    after = explain("only the sky: remove the noise and make it warmer")
    assert all(step.region is not None for step in after.steps)


def test_a_plan_with_all_of_it_goes_there_and_back():
    plan = explain("too noisy, but not the sky, one stop brighter, scratched, upscale 2x")
    assert {step.task for step in plan.steps} == {"inpaint", "denoise", "exposure", "superres"}
    assert Plan.from_dict(plan.to_dict()).to_dict() == plan.to_dict()


@pytest.mark.parametrize(
    ("text", "labels"),
    {
        "deblur and denoise and dehaze and derain and desnow": ["noise", "blur", "rain", "snow", "haze"],
        "exposure +0.3 contrast -10 saturation 20": ["brighter 0.3 stops", "less contrast 10 %", "more saturated 20 %"],
        "keep everything but the noise": ["noise"],
        "except for the sky remove the noise": ["noise, not the sky"],
        "black and white with more contrast": ["black and white", "more contrast 25 %"],
        "less blur": ["blur"],
        "reduce saturation and contrast by 10%": ["less saturated 10 %", "less contrast 10 %"],
        "turn the saturation and contrast back down": ["less saturated 30 %", "less contrast 25 %"],
        "no contrast boost": [],
        "1.5 EV on the star field": ["brighter 1.5 stops"],
        "twenty percent saturation on the whole album": ["more saturated 20 %"],
        "colour down on the left half": ["less saturated 30 %, only the left side"],
        "denoise and darken the sky": ["noise, only the sky", "darker 0.7 stops, only the sky"],
        "elephant skin in black and white": ["black and white"],
        "deepen the shadow areas": ["darker shadows 50 %"],
        "sharpen the dog shot": ["blur"],
        "a little more contrast wouldn't hurt": ["more contrast 12 %"],
        "make it rain": [],
        "one and a half stops darker": ["darker 1.5 stops"],
    }.items(),
)
def test_odd_sentences_lose_nothing(text, labels):
    assert [step.label for step in explain(text).steps] == labels


@pytest.mark.parametrize(
    ("text", "heard"),
    {
        "upscale 3x": "3x",
        "remove the person in the background and sharpen": "remove the person",
        "purple fringing and noise": "purple",
    }.items(),
)
def test_the_part_that_cannot_be_done_is_named(text, heard):
    assert any(heard in item.words for item in explain(text).unused)


def test_two_tones_are_two_directions() -> None:
    plan = explain("brighten the shadows and darken the highlights")
    assert {step.task for step in plan.steps} == {"shadows", "highlights"}
    assert {step.task for step in explain("brighten the shadows and the highlights").steps} == {"shadows", "highlights"}
    assert {(step.task, step.amount) for step in explain("darken the highlights and the shadows").steps} == {
        ("highlights", -0.5),
        ("shadows", -0.5),
    }
    warm = explain("warmer sky and shadows").steps
    assert [(step.task, step.region and set(step.region.places)) for step in warm] == [("temperature", {"sky", "shadows"})]
    for wish in ("the shadows and the highlights are too dark", "Mach die Schatten und die Lichter heller"):
        assert [step.task for step in explain(wish).steps] == ["shadows", "highlights"]
