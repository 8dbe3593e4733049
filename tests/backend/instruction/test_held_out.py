"""The measured table: sentences nobody trained on, through the front door. The floors keep what was reached; `-s` prints it."""

import math
from pathlib import Path

import pytest
from rich.console import Console

from restored_training.instructions.evaluate import Outcome, by_stratum, explain_all, macro_f1, read_labelled, table
from restored_training.instructions.measure import meaning_of, measure, read
from restored_training.instructions.measure import table as direction_table
from restored_training.instructions.measure_following import measure_following

HERE = Path(__file__).parent
FLOORS = {
    "precise": 0.95,
    "symptom": 0.88,
    "typos": 0.90,
    "multi": 0.90,
    "negation": 0.88,
    "strength": 0.91,
    "general": 0.92,
    "off_topic": 0.95,
    "foreign": 0.94,
}


SECOND_FLOORS = {"precise": 0.95, "symptom": 0.87, "typos": 0.88, "multi": 0.88, "negation": 0.85, "off_topic": 0.95}
"""Of held_out_unseen.txt: never looked at while the corpus was widened for the first time."""


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return explain_all(read_labelled(HERE / "held_out.txt"))


@pytest.mark.slow
def test_exact_sets_by_stratum(outcomes):
    Console(width=110).print(table(outcomes, "held out"))
    groups = by_stratum(outcomes)
    shares = {name: sum(o.exact for o in groups[name]) / len(groups[name]) for name in FLOORS}
    assert {name: share for name, share in shares.items() if share < FLOORS[name]} == {}


@pytest.mark.slow
def test_false_removals_and_f1(outcomes):
    assert sum(o.false_removal for o in outcomes) / len(outcomes) <= 0.04
    assert macro_f1(outcomes) >= 0.92


@pytest.mark.slow
def test_what_is_excluded_is_never_done(outcomes):
    assert [o.example.text for o in outcomes if set(o.done) & set(o.excluded)] == []


@pytest.mark.slow
def test_strengths_are_near_what_was_meant(outcomes):
    graded = [o for o in outcomes if o.example.stratum == "strength" and o.exact]
    errors = [abs(o.strengths[task] - amount) for o in graded for task, amount in o.example.wanted.items()]
    errors = [error for error in errors if not math.isnan(error)]
    # wishes for tone with an amount are exact adjustments now, whose amounts test_directions holds
    assert len(errors) >= 9
    assert sum(errors) / len(errors) < 0.08


@pytest.mark.slow
def test_unseen():
    outcomes = explain_all(read_labelled(HERE / "unseen.txt"))
    misses = [f"{o.example.text!r}: meant {list(o.example.wanted)}, did {list(o.done)}" for o in outcomes if not o.exact]
    Console(width=110).print(table(outcomes, "unseen"), *misses, sep="\n")
    assert len(misses) <= 0.12 * len(outcomes)


@pytest.mark.slow
def test_the_second_list():
    outcomes = explain_all(read_labelled(HERE / "held_out_unseen.txt"))
    misses = [f"{o.example.text!r}: meant {list(o.example.wanted)}, did {list(o.done)}" for o in outcomes if not o.exact]
    Console(width=110).print(table(outcomes, "second list"), *misses, sep="\n")
    groups = by_stratum(outcomes)
    shares = {name: sum(o.exact for o in groups[name]) / len(groups[name]) for name in SECOND_FLOORS}
    assert {name: share for name, share in shares.items() if share < SECOND_FLOORS[name]} == {}
    assert sum(o.false_removal for o in outcomes) / len(outcomes) <= 0.04


@pytest.mark.slow
def test_the_third_list():
    outcomes = explain_all(read_labelled(HERE / "held_out_users.txt"))
    misses = [f"{o.example.text!r}: meant {list(o.example.wanted)}, did {list(o.done)}" for o in outcomes if not o.exact]
    Console(width=110).print(table(outcomes, "third list"), *misses, sep="\n")
    assert len(misses) <= 5
    assert sum(o.false_removal for o in outcomes) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["held_out_directions", "held_out_directions_second", "held_out_directions_third"])
def test_directions_amounts_and_places(name):
    results = measure(read(HERE / f"{name}.txt"))
    misses = [f"{r.line.text!r}: meant {r.line.meaning}, did {sorted(meaning_of(r.plan))}" for r in results if not r.exact]
    Console(width=110).print(direction_table(results, name), *misses, sep="\n")
    assert len(misses) <= 0.05 * len(results)
    assert not any(result.line.excluded & meaning_of(result.plan) for result in results)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["held_out_following", "held_out_following_second", "held_out_following_third"])
def test_what_is_said_of_a_plan(name):
    rows = measure_following(HERE / f"{name}.txt")
    misses = [line for line, right, _ in rows if not right]
    assert len(misses) <= 0.05 * len(rows), misses
