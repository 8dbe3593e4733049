"""The Plan: what it refuses, and that it survives the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction import APPLY_ORDER, REASONS, TASKS, Plan, PlanError, Step

TASK_SETS = st.lists(st.sampled_from(TASKS), unique=True)
FRACTIONS = st.integers(0, 10000).map(lambda n: n / 10000)


@given(tasks=TASK_SETS, fraction=FRACTIONS, text=st.text(), proposed=st.booleans())
def test_round_trip(tasks, fraction, text, proposed):
    split = len(tasks) // 2
    plan = Plan(
        text,
        tuple(Step(task, fraction, fraction, text[:5]) for task in tasks[:split]),
        tuple(tasks[split:]),
        reason=None if split else "not_understood",
        proposed=proposed,
    )
    assert Plan.from_dict(plan.to_dict()) == plan


@pytest.mark.parametrize(
    "bad",
    [
        {"steps": [{"task": "teleport"}]},
        {"steps": [{"task": "denoise"}, {"task": "denoise"}]},
        {"steps": [{"task": "denoise", "strength": 1.5}]},
        {"steps": [{"task": "denoise", "strength": True}]},
        {"steps": [{"task": "denoise"}], "excluded": ["denoise"]},
        {"steps": [{"task": "denoise"}], "reason": "empty"},
        {"steps": [], "reason": "tired"},
        {"steps": "denoise"},
        {"steps": [3]},
        {"excluded": "denoise"},
        {"excluded": ["sing"]},
        [],
    ],
)
def test_refuses(bad):
    with pytest.raises(PlanError):
        Plan.from_dict(bad)


@given(tasks=TASK_SETS)
def test_apply_order_sorts_and_keeps(tasks):
    ordered = [step.task for step in Plan.of(*tasks).in_apply_order().steps]
    assert sorted(ordered) == sorted(tasks)
    assert ordered == sorted(ordered, key=APPLY_ORDER.index)


def test_weights_follow_the_order_of_tasks():
    plan = Plan(steps=(Step("dejpeg", strength=0.5), Step("denoise", strength=0.25)))
    assert plan.strengths(TASKS) == (0.25, 0, 0, 0, 0, 0, 0, 0, 0.5)
    assert plan.strengths(TASKS[::-1]) == (0.5, 0, 0, 0, 0, 0, 0, 0, 0.25)


def test_actionable_needs_strength():
    assert Plan.of("deblur").actionable
    assert not Plan.of("deblur", strength=0.0).actionable
    assert not Plan(reason="empty").actionable


def test_every_reason_is_accepted():
    assert [Plan(reason=reason).reason for reason in REASONS] == list(REASONS)
