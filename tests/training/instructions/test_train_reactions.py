"""What is said of a result, as the layers learn it."""

import random

import numpy as np
import pytest
import torch

from restored.instruction.encoding import WIDTH
from restored.instruction.reactions import ACTS, WANTS, standing
from restored_training.instructions import place_fit
from restored_training.instructions.attentive_fit import padded
from restored_training.instructions.reaction_lines import FILES, Reaction, read_reactions
from restored_training.instructions.train_reactions import Read, beside, fit, fit_english, read

LINES = """# a comment
= make it cooler and remove the rain
temperature<|my lips look frozen
temperature>|still a summer's day
derain>|one drop is left
not temperature|leave the warmth as it was
also contrast-|softer now, please
temperature< derain>|warmer, and that last drop
derain> also exposure+|drops, and it is dark
@!sky|not up there
derain@left|only where the tram is
undo|put it back
temperature<@pond|the pond is ice
not derain@roof|the roof may stay wet""".splitlines()


def test_a_reaction_says_what_is_wanted_of_the_picture_as_it_is_now() -> None:
    assert [(row.act, row.wants) for row in read_reactions(LINES)] == [
        ("change", ("temperature+",)),  # less of the cooling
        ("change", ("temperature-",)),
        ("change", ("derain+",)),
        ("drop", ("temperature+",)),
        ("change", ("contrast-",)),
        ("change", ("temperature+", "derain+")),
        ("change", ("derain+", "exposure+")),
        ("limit", ()),
        ("limit", ()),
        ("undo", ()),
        ("change", ("temperature+",)),
        ("limit", ()),
    ]


def test_a_reaction_says_which_steps_are_left_out_or_limited_and_where() -> None:
    rows = list(read_reactions(LINES))
    assert [row.drops for row in rows if row.drops] == [("temperature",)]
    assert [(row.placed, row.places, row.left_out) for row in rows if row.places] == [
        (("derain", "temperature"), {"sky"}, {"sky"}),
        (("derain",), {"left"}, set()),
        (("temperature",), {"pond"}, set()),
        (("derain",), {"roof"}, {"roof"}),
    ]
    assert all(row.places == frozenset() for row in rows if not row.placed), "a line without a place names none"
    assert all(row.places is None for row in read_reactions(LINES, placed=False) if not row.placed)
    marks = read(next(row for row in rows if row.placed == ("derain",))).marks
    assert marks.shape[1] == 2


@pytest.mark.slow
def test_every_line_that_ships_is_known() -> None:
    rows = [row for file in FILES for row in read_reactions(file.read_text(encoding="utf-8").splitlines())]
    assert len(rows) > 1000
    assert {row.act for row in rows} | {"other"} == set(ACTS)
    assert {want for row in rows for want in row.wants} <= set(WANTS)
    assert len({row.text for row in rows}) == len(rows)


def test_a_class_that_nobody_spoke_of_is_unlikely() -> None:
    rows = [Reaction("a", "undo"), Reaction("b", "why"), Reaction("c", "less")] * 5
    x = np.tile(np.eye(3, 4, dtype=np.float32), (5, 1))
    layer = fit(x, [row.act for row in rows], [1.0] * len(rows), ACTS)
    odds = layer.probabilities(x[0])
    assert ACTS[int(odds.argmax())] == "undo"
    assert odds[ACTS.index("praise")] == pytest.approx(0, abs=1e-6)


def test_a_reaction_is_read_beside_the_plan_that_it_is_about() -> None:
    rng = random.Random(0)
    row = Reaction("her skin went to plastic", "change", ("denoise-",), plan=("denoise+", "exposure+"))
    plans = [beside(row, rng) for _ in range(40)]
    assert all(plan[WANTS.index("denoise+")] == 1 for plan in plans)
    assert {bool(plan[WANTS.index("exposure+")]) for plan in plans} == {True, False}
    wish = Reaction("take the grain out", "change", ("denoise+",))
    for plan in (beside(wish, rng) for _ in range(40)):
        assert plan.any()
        assert not plan[[WANTS.index("denoise+"), WANTS.index("denoise-")]].any()


@pytest.mark.slow
def test_it_learns_which_of_two_steps_is_meant_from_the_plan() -> None:
    words = [np.random.default_rng(0).normal(size=(3, WIDTH)).astype(np.float32)] * 2
    rows = [
        Reaction("too much", "change", ("denoise-",), plan=("denoise+",)),
        Reaction("too much", "change", ("contrast-",), plan=("contrast+",)),
    ]
    said = [Read(each, np.full((3, 2), place_fit.UNKNOWN, np.float32)) for each in words]
    network = fit_english(said * 20, rows * 20, epochs=200)
    plans = torch.from_numpy(np.stack([standing(row.plan or ()) for row in rows]))
    with torch.inference_mode():
        wants = network(*padded(words), plans)[0][:, len(ACTS) : len(ACTS) + len(WANTS)].argmax(1)
    assert [WANTS[i] for i in wants.tolist()] == ["denoise-", "contrast-"]
