"""What is said of a result where no rule reads it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction import explain, reactions
from restored.instruction.following import follow
from restored.instruction.grammar import Said
from restored.instruction.plan import Plan, Step
from restored.instruction.reactions import ACTS, KIN, WANTS, ReactionOdds, ReactionsError, read_together, weighed


def certain(act: str, want: str = "") -> tuple[dict[str, float], dict[str, float]]:
    return {name: float(name == act) for name in ACTS}, {name: float(name == want) for name in WANTS}


def likeliest(act: str, want: str, *steps: Step) -> Said:
    return max(weighed(*certain(act, want), steps), key=lambda pair: pair[0])[1]


def meant_by(reading: ReactionOdds, *steps: Step) -> tuple[Said, ...]:
    return max(read_together(reading, steps), key=lambda pair: pair[0])[1]


RAIN, LIGHT, SHARP = Step("derain"), Step("lowlight"), Step("deblur")
PALE, COLD = Step("saturation", amount=-0.3), Step("temperature", amount=-0.4)


@pytest.mark.parametrize(
    ("act", "want", "steps", "meant"),
    [
        ("change", "deblur-", (SHARP, RAIN), Said(factor=0.6, targets=("deblur",))),
        ("change", "derain+", (SHARP, RAIN), Said(factor=1.4, targets=("derain",))),
        ("change", "exposure-", (LIGHT, RAIN), Said(factor=0.6, targets=("lowlight",))),
        ("change", "saturation+", (PALE, RAIN), Said(factor=0.6, targets=("saturation",))),  # "they look ill" after less colour
        ("change", "temperature-", (COLD, RAIN), Said(factor=1.4, targets=("temperature",))),
        ("change", "deblur-", (SHARP,), Said(factor=0.6)),  # all of the plan is this step
        ("change", "dehaze+", (SHARP, RAIN), Said()),  # a wish of its own
        ("less", "", (SHARP, RAIN), Said(factor=0.6)),
        ("drop", "temperature+", (COLD, RAIN), Said(drops=("temperature",))),
        ("undo", "", (RAIN,), Said(action="undo")),
        ("praise", "", (RAIN,), Said(praise=True)),
        ("limit", "", (RAIN,), Said(only=True)),
    ],
)
def test_the_plan_says_which_step_and_which_way(act: str, want: str, steps: tuple[Step, ...], meant: Said) -> None:
    assert likeliest(act, want, *steps) == meant


@pytest.mark.parametrize(
    ("wants", "steps", "meant"),
    [
        ({"deblur-", "derain+"}, (SHARP, RAIN), (Said(factor=1.4, targets=("derain",)), Said(factor=0.6, targets=("deblur",)))),
        ({"deblur-", "contrast+"}, (SHARP, RAIN), (Said(factor=0.6, targets=("deblur",)), Said(adds=("contrast+",)))),
        ({"exposure-"}, (SHARP, RAIN), (Said(adds=("exposure-",)),)),
        ({"deblur-"}, (SHARP, RAIN), (Said(factor=0.6, targets=("deblur",)),)),
        (set(), (SHARP, RAIN), (Said(),)),
    ],
)
def test_several_things_are_wanted_at_once(wants: set[str], steps: tuple[Step, ...], meant: tuple[Said, ...]) -> None:
    acts, _ = certain("change")
    best = meant_by(ReactionOdds(acts, {name: 0.9 * (name in wants) for name in WANTS}), *steps)
    assert sorted(map(repr, best)) == sorted(map(repr, meant))


@given(
    st.lists(st.floats(0.01, 1), min_size=len(ACTS), max_size=len(ACTS)),
    st.lists(st.floats(0.001, 1), min_size=len(WANTS), max_size=len(WANTS)),
)
def test_all_that_may_be_meant_is_a_distribution(acts: list[float], wants: list[float]) -> None:
    given_acts = {name: value / sum(acts) for name, value in zip(ACTS, acts, strict=True)}
    given_wants = {name: value / sum(wants) for name, value in zip(WANTS, wants, strict=True)}
    found = weighed(given_acts, given_wants, (RAIN, COLD))
    assert all(probability >= 0 for probability, _ in found)
    assert sum(probability for probability, _ in found) == pytest.approx(1, abs=1e-6)
    assert all(set(said.targets) | set(said.drops) <= {"derain", "temperature"} for _, said in found)


@pytest.mark.parametrize(
    ("act", "wants", "drops", "placed", "meant"),
    [
        ("limit", (), (), ("temperature",), (Said(only=True, targets=("temperature",)),)),
        ("limit", (), (), ("temperature", "derain", "deblur"), (Said(only=True),)),  # all of it there
        ("limit", (), (), (), (Said(only=True),)),
        (
            "change",
            ("temperature-",),
            (),
            ("temperature",),
            (Said(factor=1.4, targets=("temperature",), only=True),),
        ),
        ("drop", ("deblur-",), ("deblur",), (), (Said(drops=("deblur",)),)),
        (
            "change",
            ("derain+",),
            ("temperature", "deblur"),
            (),
            (Said(drops=("temperature",)), Said(factor=1.4, targets=("derain",)), Said(drops=("deblur",))),
        ),
        ("limit", (), ("derain",), ("derain",), (Said(drops=("derain",)),)),
    ],
)
def test_a_step_is_struck_out_or_limited_by_itself(
    act: str, wants: tuple[str, ...], drops: tuple[str, ...], placed: tuple[str, ...], meant: tuple[Said, ...]
) -> None:
    acts, _ = certain(act)
    steps = dict.fromkeys(drops, 0.9), dict.fromkeys(placed, 0.8)
    assert meant_by(ReactionOdds(acts, {name: 0.7 * (name in wants) for name in WANTS}, *steps), COLD, RAIN, SHARP) == meant


def test_kin_are_wants() -> None:
    assert {other for group in KIN.values() for other in group} <= set(WANTS)


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
