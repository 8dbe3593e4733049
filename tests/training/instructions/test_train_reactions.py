"""What is said of a result, as the layers learn it."""

import numpy as np
import pytest

from restored.instruction.reactions import ACTS, WANTS
from restored_training.instructions.train_reactions import FILE, Reaction, fit, read_reactions

LINES = """# a comment
= make it cooler and remove the rain
temperature<|my lips look frozen
temperature>|still a summer's day
derain>|one drop is left
not temperature|leave the warmth as it was
also contrast-|softer now, please
temperature< derain>|warmer, and that last drop
undo|put it back""".splitlines()


def test_a_reaction_says_what_is_wanted_of_the_picture_as_it_is_now() -> None:
    assert [(row.act, row.want) for row in read_reactions(LINES)] == [
        ("change", "temperature+"),  # less of the cooling
        ("change", "temperature-"),
        ("change", "derain+"),
        ("drop", "temperature+"),
        ("change", "contrast-"),
        ("change", None),
        ("undo", None),
    ]


def test_every_line_that_ships_is_known() -> None:
    rows = list(read_reactions(FILE.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 1000
    assert {row.act for row in rows} | {"other"} == set(ACTS)
    assert {row.want for row in rows if row.want} <= set(WANTS)
    assert len({row.text for row in rows}) == len(rows)


def test_a_class_that_nobody_spoke_of_is_unlikely() -> None:
    rows = [Reaction("a", "undo", None), Reaction("b", "why", None), Reaction("c", "less", None)] * 5
    x = np.tile(np.eye(3, 4, dtype=np.float32), (5, 1))
    layer = fit(x, [row.act for row in rows], [1.0] * len(rows), ACTS)
    odds = layer.probabilities(x[0])
    assert ACTS[int(odds.argmax())] == "undo"
    assert odds[ACTS.index("praise")] == pytest.approx(0, abs=1e-6)
