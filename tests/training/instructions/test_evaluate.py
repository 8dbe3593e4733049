"""The figures: intervals, F1, exact sets, false removals."""

import pytest

from restored_training.instructions.evaluate import Outcome, by_stratum, confusion_picture, macro_f1, table, wilson
from restored_training.instructions.example import Example


def outcome(wanted, done, stratum="precise"):
    return Outcome(Example("text", dict.fromkeys(wanted, 1.0), stratum=stratum), tuple(done), (), None, {})


def test_wilson_against_published_values():
    # Newcombe 1998, Table I: 81 of 263, and 0 of 20
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_exact_and_false_removal():
    assert outcome(["denoise"], ["denoise"]).exact
    assert not outcome(["denoise", "deblur"], ["denoise"]).exact
    assert not outcome(["denoise", "deblur"], ["denoise"]).false_removal
    assert outcome([], ["derain"]).false_removal


def test_macro_f1():
    assert macro_f1([outcome(["denoise"], ["denoise"])]) == 1.0
    # one of nine tasks is half right: precision 1, recall 1/2
    assert macro_f1([outcome(["denoise"], ["denoise"]), outcome(["denoise"], [])]) == pytest.approx((8 + 2 / 3) / 9)


def test_strata_keep_their_order_and_add_up():
    outcomes = [outcome([], [], "b"), outcome([], [], "a"), outcome([], [], "b")]
    groups = by_stratum(outcomes)
    assert list(groups) == ["b", "a", "all"]
    assert [len(group) for group in groups.values()] == [2, 1, 3]
    assert table(outcomes, "title").row_count == 3


@pytest.mark.slow
def test_confusion_picture(tmp_path):
    path = tmp_path / "confusion.png"
    confusion_picture([outcome(["denoise"], ["deblur"]), outcome([], []), outcome(["derain"], [])], path)
    assert path.read_bytes().startswith(b"\x89PNG")
