"""What is said of a result, as the layers learn it."""

import pytest

from restored.instruction.reaction_odds import ACTS, WANTS
from restored_training.instructions.reaction_fit import read
from restored_training.instructions.reaction_lines import FILES, FOREIGN, read_reactions

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
    marks = read([next(row for row in rows if row.placed == ("derain",))])[0].marks
    assert marks.shape[1] == 2


@pytest.mark.slow
def test_every_line_that_ships_is_known() -> None:
    rows = [row for file in (*FILES, FOREIGN) for row in read_reactions(file.read_text(encoding="utf-8").splitlines())]
    assert len(rows) > 1000
    assert {row.act for row in rows} | {"other"} == set(ACTS)
    assert {want for row in rows for want in row.wants} <= set(WANTS)
    assert len({row.text for row in rows}) == len(rows)
