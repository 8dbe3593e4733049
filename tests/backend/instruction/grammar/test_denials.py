"""What is denied, and what is taken back in the same breath, is not done; what stands beside it is."""

import pytest

from restored.instruction import explain

REFUSED = {
    "rain yes, snow no": {"derain"},
    "Not the noise, the blur!": {"deblur"},
    "remove the noise but not increase the sharpness": {"denoise"},
    "the rain, get rid of it": {"derain"},
    "remove the haze and add a rainbow": {"dehaze"},
}


@pytest.mark.parametrize(("text", "tasks"), REFUSED.items())
def test_what_is_denied_is_left_and_what_stands_beside_it_is_done(text, tasks):
    assert {step.task for step in explain(text).steps} == tasks


TAKEN_BACK = {
    "brighter, no wait, darker": ("exposure", -0.7, None),
    "denoise it. Actually no, sharpen it": ("deblur", None, None),
    "remove the snow, I mean the rain": ("derain", None, None),
    "more saturated, scratch that, less saturated": ("saturation", -0.3, None),
    "contrast +20, make that +10": ("contrast", 0.1, None),
    "one stop brighter, or rather half a stop": ("exposure", 0.5, None),
    "denoise the left side, no, the sky": ("denoise", None, "only the sky"),
    "darker - oops, make it warmer": ("temperature", 0.4, None),
    "sharpen and denoise, well, only denoise": ("denoise", None, None),
    "heller, nein warte, dunkler": ("exposure", -0.7, None),
    "plus chaud, non attends, plus froid": ("temperature", -0.4, None),
}


@pytest.mark.parametrize("wish", TAKEN_BACK)
def test_what_is_taken_back_in_the_same_breath_is_not_done(wish: str) -> None:
    task, amount, where = TAKEN_BACK[wish]
    plan = explain(wish)
    (step,) = plan.steps
    assert (step.task, step.amount) == (task, amount)
    assert (step.region.label if step.region else None) == where
    assert plan.text == wish
    assert step.words in wish


@pytest.mark.parametrize("wish", ["no, it's dark", "sorry, could you brighten it", "brighten it, sorry to bother you"])
def test_a_polite_no_takes_nothing_back(wish: str) -> None:
    assert [step.task for step in explain(wish).steps] == ["lowlight"]


DENIED = {
    "it isn't noisy": set(),
    "no more contrast please": set(),
    "warmer, not brighter": {"temperature"},
    "brighter but not more saturated": {"exposure"},
    "remove the rain, not the snow": {"derain"},
    "derain not desnow": {"derain"},
    "the rain doesn't bother me, the snow does": {"desnow"},
    "leave the grain as it is, but please brighten the whole thing up": {"lowlight"},
    "it isn't too dark": set(),
    "it's not too warm": set(),
}


@pytest.mark.parametrize("wish", DENIED)
def test_what_is_denied_is_not_done(wish: str) -> None:
    assert {step.task for step in explain(wish).steps} == DENIED[wish]


@pytest.mark.parametrize("wish", ["aydınlatma", "keskinleştirme", "non è mossa", "não é escura", "it isn't dark"])
def test_a_denial_in_one_word_with_the_verb_or_of_a_state_does_nothing(wish: str) -> None:
    assert not explain(wish).steps
