"""What is said of a result where no rule reads it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction import explain, reactions
from restored.instruction.following import follow
from restored.instruction.grammar import Said
from restored.instruction.plan import Plan, Step
from restored.instruction.reaction_odds import (
    ACTS,
    DONE,
    OUTPUTS,
    ReactionOdds,
    ReactionsError,
    StepOdds,
    odds_of,
    outputs_of,
)
from restored.instruction.reactions import name_of, read_together


def certain(act: str) -> dict[str, float]:
    return {name: float(name == act) for name in ACTS}


def meant_by(reading: ReactionOdds, *steps: Step) -> tuple[Said, ...]:
    return max(read_together(reading, steps), key=lambda pair: pair[0])[1]


RAIN, LIGHT, SHARP = Step("derain"), Step("lowlight"), Step("deblur")
COLD = Step("temperature", amount=-0.4)


@pytest.mark.parametrize(
    ("act", "becomes", "steps", "meant"),
    [
        ("change", {"deblur+": StepOdds(less=0.9)}, (SHARP,), Said(factor=0.6)),
        ("change", {"temperature-": StepOdds(more=0.9)}, (COLD, RAIN), Said(factor=1.4, targets=("temperature",))),
        (
            "change",
            {"deblur+": StepOdds(less=0.3), "derain+": StepOdds(less=0.05)},
            (SHARP, RAIN),
            Said(factor=0.6, targets=("deblur",)),
        ),
        ("change", {}, (SHARP, RAIN), Said()),  # a wish of its own
        ("less", {}, (SHARP, RAIN), Said(factor=0.6)),
        ("drop", {"temperature-": StepOdds(dropped=0.4)}, (COLD, RAIN), Said(drops=("temperature",))),
        ("undo", {}, (RAIN,), Said(action="undo")),
        ("praise", {}, (RAIN,), Said(praise=True)),
        ("limit", {}, (RAIN,), Said(only=True)),
        ("other", {}, (RAIN,), Said()),
    ],
)
def test_the_likeliest_reading(act: str, becomes: dict[str, StepOdds], steps: tuple[Step, ...], meant: Said) -> None:
    assert meant_by(ReactionOdds(certain(act), {}, becomes), *steps) == (meant,)


def test_what_takes_away_what_is_not_there_is_no_new_wish() -> None:
    odds = ReactionOdds(certain("change"), {"black_and_white-": 0.9, "denoise-": 0.9})
    assert meant_by(odds, SHARP) == (Said(),)


@pytest.mark.parametrize(
    ("becomes", "wants", "steps", "meant"),
    [
        (
            {"deblur+": StepOdds(less=0.9), "derain+": StepOdds(more=0.9)},
            (),
            (SHARP, RAIN),
            (Said(factor=1.4, targets=("derain",)), Said(factor=0.6, targets=("deblur",))),
        ),
        (
            {"deblur+": StepOdds(less=0.9)},
            ("contrast+",),
            (SHARP, RAIN),
            (Said(factor=0.6, targets=("deblur",)), Said(adds=("contrast+",))),
        ),
        ({}, ("exposure-",), (SHARP, RAIN), (Said(adds=("exposure-",)),)),
        ({"deblur+": StepOdds(less=0.9)}, (), (SHARP, RAIN), (Said(factor=0.6, targets=("deblur",)),)),
        ({"temperature-": StepOdds(less=0.9)}, (), (COLD, RAIN), (Said(factor=0.6, targets=("temperature",)),)),
        ({"exposure+": StepOdds(more=0.9)}, (), (LIGHT, RAIN), (Said(factor=1.4, targets=("lowlight",)),)),
        ({}, (), (SHARP, RAIN), (Said(),)),
    ],
)
def test_several_things_are_wanted_at_once(
    becomes: dict[str, StepOdds], wants: tuple[str, ...], steps: tuple[Step, ...], meant: tuple[Said, ...]
) -> None:
    acts = certain("change")
    best = meant_by(ReactionOdds(acts, dict.fromkeys(wants, 0.9), becomes), *steps)
    assert sorted(map(repr, best)) == sorted(map(repr, meant))


def test_what_holds_of_each_step_is_said_of_all_of_the_plan() -> None:
    acts = dict.fromkeys(ACTS, 0.0) | {"less": 0.45, "change": 0.3, "praise": 0.25}
    reading = ReactionOdds(acts, {}, {"deblur+": StepOdds(less=0.9), "derain+": StepOdds(less=0.8)})
    assert meant_by(reading, SHARP, RAIN) == (Said(factor=0.6),)


@given(
    st.lists(st.floats(-8, 8), min_size=len(OUTPUTS), max_size=len(OUTPUTS)),
    st.lists(st.lists(st.floats(-8, 8), min_size=4, max_size=4), min_size=2, max_size=2),
)
def test_all_that_may_be_meant_can_be_done(logits: list[float], steps: list[list[float]]) -> None:
    made = {name: np.array(row) for name, row in zip(("derain+", "temperature-"), steps, strict=True)}
    for probability, all_said in read_together(odds_of(np.array(logits), made), (RAIN, COLD)):
        assert 0 <= probability <= 1 + 1e-6
        for said in all_said:
            assert set(said.targets) | set(said.drops) <= {"derain", "temperature"}
            assert set(said.adds) <= DONE.keys()


def test_a_name_s_outputs_are_those_of_its_way() -> None:
    assert [OUTPUTS[at] for at in outputs_of("temperature-")] == [
        "temperature-",
        "temperature+",
        "not temperature",
        "temperature@",
    ]


@pytest.mark.parametrize(
    ("act", "becomes", "meant"),
    [
        ("limit", {COLD: StepOdds(there=0.8)}, (Said(only=True, targets=("temperature",)),)),
        ("limit", dict.fromkeys((COLD, RAIN, SHARP), StepOdds(there=0.8)), (Said(only=True),)),  # all of it there
        ("limit", {}, (Said(only=True),)),
        ("change", {COLD: StepOdds(more=0.7, there=0.8)}, (Said(factor=1.4, targets=("temperature",), only=True),)),
        ("drop", {SHARP: StepOdds(less=0.7, dropped=0.9)}, (Said(drops=("deblur",)),)),
        (
            "change",
            {COLD: StepOdds(dropped=0.9), RAIN: StepOdds(more=0.7), SHARP: StepOdds(dropped=0.9)},
            (Said(drops=("temperature",)), Said(factor=1.4, targets=("derain",)), Said(drops=("deblur",))),
        ),
        ("limit", {RAIN: StepOdds(dropped=0.9, there=0.8)}, (Said(drops=("derain",)),)),
    ],
)
def test_a_step_is_struck_out_or_limited_by_itself(act: str, becomes: dict[Step, StepOdds], meant: tuple[Said, ...]) -> None:
    acts = certain(act)
    odds = ReactionOdds(acts, {}, {name_of(step): of for step, of in becomes.items()})
    assert meant_by(odds, COLD, RAIN, SHARP) == meant


@pytest.mark.parametrize(
    ("wish", "said", "action", "changed"),
    [
        ("remove the noise", "her skin went all plasticky", "plan", {"denoise": "<"}),
        ("more saturation and more contrast", "the jackets look radioactive now", "plan", {"saturation": "<"}),
        ("make it warmer", "we all look as if we lived on carrots", "plan", {"temperature": "<"}),
        (
            "remove the noise and make it warmer",
            "her skin went all plasticky and the wall is orange now",
            "plan",
            {"denoise": "<", "temperature": "<"},
        ),
        ("remove the noise", "c'est devenu trop lisse, on dirait du plastique", "plan", {"denoise": "<"}),
    ],
)
def test_the_look_of_the_result_says_what_was_too_much(wish: str, said: str, action: str, changed: dict[str, str]) -> None:
    before = follow(explain(""), wish)
    after = follow(before, said)
    assert after.action == action
    sizes = [
        {step.task: abs(step.amount) if step.amount is not None else step.strength for step in plan.steps}
        for plan in (before, after)
    ]
    assert sizes[0].keys() == sizes[1].keys()
    assert {task: "<" for task in sizes[0] if sizes[1][task] < sizes[0][task]} == changed


def test_what_is_still_there_is_not_done_less() -> None:
    before = follow(explain(""), "remove the haze and make it warmer")
    assert {step.task: step.strength for step in follow(before, "still a bit foggy").steps}["dehaze"] == 1.0


def test_another_wish_is_still_a_wish() -> None:
    before = follow(explain(""), "remove the rain")
    after = follow(before, "the sky is full of grain")
    assert {step.task for step in after.steps} == {"derain", "denoise"}


def test_without_the_layer_a_reaction_is_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> tuple[Said, ...]:
        raise ReactionsError("The file is missing. Please reinstall restored.")

    before = follow(explain(""), "remove the noise")
    monkeypatch.setattr(reactions, "read", missing)
    after = follow(before, "her skin went all plasticky")
    assert isinstance(after, Plan)
    assert replace(after, history=()).steps
