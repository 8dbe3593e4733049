"""What a sentence on a result teaches."""

import random

import pytest
import torch

from restored.instruction.reaction_odds import ACTS, DONE, OF_A_STEP, OUTPUTS, outputs_of
from restored_training.instructions.reaction_labels import becomes, loss_of_labels, named_of, plan_beside
from restored_training.instructions.reaction_lines import Reaction

PLASTIC = Reaction("her skin went to plastic", "change", ("denoise-",), plan=("denoise+", "exposure+"))


def test_a_reaction_is_read_beside_the_plan_that_it_is_about() -> None:
    rng = random.Random(0)
    plans = [plan_beside(PLASTIC, rng) for _ in range(40)]
    assert all("denoise+" in plan for plan in plans)
    assert {"exposure+" in plan for plan in plans} == {True, False}
    assert len({tuple(plan) for plan in plans if {*plan} == {"denoise+", "exposure+"}}) == 2, "in any order"
    wish = Reaction("take the grain out", "change", ("denoise+",))
    for plan in (plan_beside(wish, rng) for _ in range(40)):
        assert plan
        assert {*plan} <= DONE.keys()
        assert len({name[:-1] for name in plan}) == len(plan), "one way of each"
        assert "denoise+" not in plan


def test_what_is_said_of_all_of_a_plan_is_said_of_the_whole_of_it() -> None:
    row = Reaction("far too much", "less", plan=("denoise+", "exposure+"))
    assert all({*plan_beside(row, random.Random(seed))} == {"denoise+", "exposure+"} for seed in range(20))


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        (PLASTIC, [(0, 1, 0, 0), (0, 0, 0, 0)]),
        (Reaction("x", "more", plan=("denoise+",)), [(1, 0, 0, 0), (1, 0, 0, 0)]),
        (Reaction("x", "drop", ("exposure-",), plan=(), drops=("exposure",)), [(0, 0, 0, 0), (0, 0, 1, 0)]),
        (Reaction("x", "limit", plan=(), placed=("denoise",)), [(0, 0, 0, 1), (0, 0, 0, 0)]),
        (Reaction("x", "change", ("exposure+",), plan=(), placed=("exposure",)), [(0, 0, 0, 0), (1, 0, 0, 1)]),
        (Reaction("x", "praise", plan=()), [(0, 0, 0, 0), (0, 0, 0, 0)]),
    ],
)
def test_what_becomes_of_each_step(row: Reaction, meant: list[tuple[int, ...]]) -> None:
    told, counts = becomes(row, ["denoise+", "exposure+"])
    assert [tuple(map(int, each)) for each in told] == meant
    assert counts > 0


def test_of_a_step_that_goes_down_less_is_up() -> None:
    told, _ = becomes(Reaction("my lips look frozen", "change", ("temperature+",), plan=()), ["temperature-"])
    assert dict(zip(OF_A_STEP, told[0], strict=True))["less"] == 1


@pytest.mark.parametrize("act", ["undo", "reset", "again"])
def test_what_takes_all_back_says_nothing_of_a_step(act: str) -> None:
    assert becomes(Reaction("x", act, plan=()), ["denoise+"])[1] == 0


def test_a_right_reading_costs_less_than_a_wrong_one() -> None:
    names = ["denoise+", "exposure+"]
    loss = loss_of_labels([PLASTIC], [names])
    right = torch.full((1, len(OUTPUTS)), -6.0)
    right[0, [ACTS.index("change"), OUTPUTS.index("denoise-")]] = 6.0
    wrong = torch.full((1, len(OUTPUTS)), -6.0)
    wrong[0, [ACTS.index("praise"), OUTPUTS.index("exposure-")]] = 6.0
    costs = [float(loss(logits, logits.flatten()[named_of([names])], [0])) for logits in (right, wrong)]
    assert costs[0] < 0.5 < 10 < costs[1]


def test_the_outputs_of_a_name_are_found_in_each_sentence() -> None:
    at = named_of([["denoise+"], [], ["exposure-", "denoise+"]])
    assert at.tolist() == [
        outputs_of("denoise+"),
        [2 * len(OUTPUTS) + i for i in outputs_of("exposure-")],
        [2 * len(OUTPUTS) + i for i in outputs_of("denoise+")],
    ]
    assert named_of([[]]).shape == (0, len(OF_A_STEP))
