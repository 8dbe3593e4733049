"""How a sentence's plan is judged."""

from restored.instruction import explain
from restored_training.instructions.measure import Line, Result


def test_the_same_tasks_elsewhere_or_otherwise_sized_are_the_same_tasks() -> None:
    plan = explain("make the sky much darker")
    there = Result(Line("en", "exposure-@sky>", "make the sky much darker"), plan)
    elsewhere = Result(Line("en", "exposure-@left or N", "make the sky much darker"), plan)
    other = Result(Line("en", "exposure+@sky or exposure-@sky N", "make the sky much darker"), plan)
    assert [(each.exact, each.same_tasks) for each in (there, elsewhere, other)] == [(True, True), (False, True), (False, False)]


def test_nothing_is_the_task_of_a_sentence_without_a_wish() -> None:
    assert Result(Line("en", "-", "hello there"), explain("hello there")).same_tasks
