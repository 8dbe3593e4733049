"""A sentence on a result, read together with the plan that it is said of."""

import pytest

from restored.instruction.reaction_odds import DONE
from restored.instruction.reaction_reader import BEFORE, MOST, beside_plan, first_layers, read


def test_each_step_stands_before_the_sentence() -> None:
    names = ["exposure-", "black_and_white+", "denoise+"]
    text, stands = beside_plan(names)
    assert text.endswith(BEFORE)
    assert {name: text[start:end] for name, (start, end) in stands.items()} == {name: DONE[name] for name in names}


def test_no_two_steps_are_called_the_same() -> None:
    assert len({*DONE.values()}) == len(DONE)


@pytest.mark.parametrize("names", [[], ["denoise+"], list(DONE)[-MOST:]])
def test_the_words_of_steps_and_of_the_sentence_are_told_apart(names: list[str]) -> None:
    said = "her skin went to plastik, ugh"
    words, stands, steps = first_layers(said, names)
    assert len(words) == len(stands)
    assert steps.keys() == {*names}
    assert all(steps.values())
    at = [i for each in steps.values() for i in each]
    assert len(at) == len({*at})
    assert all(stands[i] == (0, 0) for i in at), "words of the plan stand nowhere in the sentence"
    assert {said[a:b] for a, b in stands if b > a} >= {"her", "skin", "plastik"}, "as it was typed"


def test_a_sentence_as_long_as_can_be_leaves_the_plan_whole() -> None:
    _, stands, steps = first_layers("and then the dog came in again " * 200, list(DONE))
    assert list(steps) == list(DONE)[:MOST]
    assert all(steps.values())
    assert sum(b > a for a, b in stands) > 20


def test_what_is_said_of_one_step_is_not_said_of_another() -> None:
    odds, _ = read("her skin looks like plastic now", ("denoise+", "temperature+"))
    assert sum(odds.acts.values()) == pytest.approx(1, abs=1e-5)
    assert odds.steps["denoise+"].less > 0.5 > max(odds.steps["temperature+"].less, odds.steps["denoise+"].more)


def test_a_place_in_what_is_said_of_a_result() -> None:
    text = "only the left half please"
    where = [text[word.start : word.end] for word in read(text, ("exposure+",))[1] if word.odds > 0.5]
    assert "left" in where
