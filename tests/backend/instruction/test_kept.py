"""What stays beside a wish."""

import pytest

from restored.instruction import explain
from restored.instruction.following import follow
from restored.instruction.plan import Plan


@pytest.mark.parametrize(
    ("text", "task", "keeps"),
    [
        ("make it brighter but keep the colours", "lowlight", "colours"),
        ("make it brighter without changing the colors", "lowlight", "colours"),
        ("remove the haze, keep the colours as they are", "dehaze", "colours"),
        ("mach es heller, aber behalte die Farben", "lowlight", "colours"),
        ("éclaircis mais garde les couleurs", "lowlight", "colours"),
        ("quita la niebla pero conserva los colores", "dehaze", "colours"),
        ("明るくして、色はそのまま", "lowlight", "colours"),
        ("remove the noise but keep the texture", "denoise", "texture"),
        ("remove the noise but keep the grain", "denoise", "texture"),
        ("sharper, but keep the grain", "deblur", "texture"),
        ("entferne das Rauschen, aber behalte die Textur", "denoise", "texture"),
        ("去噪但保留纹理", "denoise", "texture"),
    ],
)
def test_a_wish_and_what_stays(text, task, keeps) -> None:
    plan = explain(text)
    assert [step.task for step in plan.steps] == [task]
    assert plan.keeps == (keeps,)
    assert keeps[:-1] in plan.message
    assert Plan.from_dict(plan.to_dict()).keeps == (keeps,)


@pytest.mark.parametrize(
    "text", ["make it warmer", "remove the noise", "make it warmer but keep the colours", "stronger colours"]
)
def test_nothing_is_kept_that_was_not_named_or_is_what_changes(text) -> None:
    assert explain(text).keeps == ()
    assert "keeps" not in explain(text).to_dict()


@pytest.mark.parametrize("text", ["please leave the grain, I like it", "keep the colours"])
def test_who_only_wants_something_kept_wants_nothing_done(text) -> None:
    assert explain(text).steps == ()


def test_it_is_said_of_a_result() -> None:
    before = explain("remove the noise")
    after = follow(before, "keep the texture")
    assert (after.steps, after.keeps) == (before.steps, ("texture",))
    less = follow(before, "less, but keep the texture")
    assert less.steps[0].strength < 1
    assert less.keeps == ("texture",)
    more = follow(after, "also the haze")
    assert more.keeps == ("texture",)
    assert follow(after, "undo").keeps == ()
    assert follow(explain("remove the haze"), "but keep the colours").keeps == ("colours",)


def test_colours_that_were_asked_for_go_when_colours_are_to_stay() -> None:
    after = follow(explain("remove the haze and make the colours stronger"), "keep the colours")
    assert [step.task for step in after.steps] == ["dehaze"]
