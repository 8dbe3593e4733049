"""How a line about what is said of a plan is judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from restored.instruction import explain
from restored.instruction.plan import Plan
from restored.regions.names import Region
from restored_training.instructions.measure_following import effect_of, measure_following

NOISE = explain("remove the noise")


def weaker(plan: Plan) -> Plan:
    return replace(plan, steps=tuple(replace(step, strength=0.5) for step in plan.steps))


@pytest.mark.parametrize(
    ("wanted", "right"),
    [("less", True), ("denoise<", True), ("more or denoise<", True), ("more or denoise>", False), ("=", False)],
)
def test_one_of_several_readings_is_enough(wanted: str, right: bool) -> None:
    assert effect_of(NOISE, weaker(NOISE), wanted) is right


def test_a_place_within_another_is_that_place() -> None:
    """Marks on the left are marks, and on the left."""
    scratched = explain("remove the scratches")
    there = Region(("left",), within=Region(("marks",)))
    limited = replace(scratched, steps=tuple(replace(step, region=there) for step in scratched.steps))
    assert effect_of(scratched, limited, "inpaint@left")
    assert not effect_of(scratched, limited, "inpaint@right")


def test_a_list_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("# comment\n= remove the noise\nplan|less or denoise<|weaker\nplan|more|weaker\nundo|-|undo that\n")
    assert [right for _, right, _ in measure_following(file)] == [True, False, True]
