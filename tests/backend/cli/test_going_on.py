"""`restored run --continue`: words that are said of a result which is there already, and beginning anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

from restored.files import FileOrder

from .conftest import Ran, Somebody, names

Run = Callable[..., Ran]


def test_the_words_are_said_of_the_result(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert restored("run", photo, "make it brighter", "-o", out).code == 0
    assert restored("run", photo, "a bit less", "-o", out, "--continue").code == 0
    plan = [said for said in somebody.said if isinstance(said, FileOrder)][1].plan
    assert plan is not None
    assert plan["action"] == "plan"
    assert 0 < plan["steps"][0]["strength"] < 1
    assert [step["strength"] for step in plan["history"][0]["steps"]] == [1.0]


def test_why_is_answered_without_work(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    restored("run", photo, "make it brighter", "-o", out)
    ran = restored("run", photo, "why?", "-o", out, "--continue")
    assert ran.code == 0
    assert "bright" in ran.out
    assert len([said for said in somebody.said if isinstance(said, FileOrder)]) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("spaghetti on tuesday", "“spaghetti on tuesday”: I only repair"),
        ("I like it", "stays as it is"),
        ("again", "--recipe"),
        ("only the car please", "with --mask FILE"),
        ("but not the car", "black there"),
    ],
)
def test_words_that_change_nothing_are_answered(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, words: str, answer: str
) -> None:
    out = tmp_path / "out.png"
    restored("run", photo, "make it brighter", "-o", out)
    before = out.read_bytes()
    ran = restored("run", photo, words, "-o", out, "--continue")
    assert ran.code == 0
    assert answer in ran.out
    assert "as it was" in ran.out
    assert out.read_bytes() == before
    assert len([said for said in somebody.said if isinstance(said, FileOrder)]) == 1


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.tif"])
def test_after_start_over_a_wish_begins_at_the_original(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    for words in ("make it brighter", "start over", "make it cooler", "a bit less"):
        go_on = [] if words == "make it brighter" else ["--continue"]
        ran = restored("run", photo, words, "-o", out, *go_on)
        assert ran.code == 0, ran.err
        assert not ran.err
    assert names(tmp_path) == [name, "photo.png"]
    last = [said for said in somebody.said if isinstance(said, FileOrder)][-1].plan
    assert last is not None
    assert [step["label"] for step in last["steps"]] == ["cooler 32 %"]


def test_after_start_over_the_picture_says_what_to_do(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    restored("run", photo, "make it brighter", "-o", out)
    restored("run", photo, "start over", "-o", out, "--continue")
    assert out.read_bytes() == photo.read_bytes()
    restored("run", photo, "fix it", "-o", out, "--continue")
    last = [said for said in somebody.said if isinstance(said, FileOrder)][-1]
    assert (last.plan, last.instruction) == (None, "fix it")


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.tif"])
def test_after_a_run_with_nothing_to_do_a_wish_begins_at_the_original(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    assert "Nothing to do" in restored("run", photo, "spaghetti on tuesday", "-o", out).out
    before = out.read_bytes()
    for words in ("a bit less", "again"):
        ran = restored("run", photo, words, "-o", out, "--continue")
        assert ran.code == 0, ran.err
        assert "There is nothing yet that could be changed" in ran.out
    assert restored("run", photo, "why?", "-o", out, "--continue").code == 0
    assert out.read_bytes() == before
    ran = restored("run", photo, "make it cooler", "-o", out, "--continue")
    assert ran.code == 0, ran.err
    last = [said for said in somebody.said if isinstance(said, FileOrder)][-1].plan
    assert last is not None
    assert [step["label"] for step in last["steps"]] == ["cooler 40 %"]


@pytest.mark.parametrize(("words", "share"), [("more", 0.7), ("a bit less", 0.4), ("half as much", 0.25)])
def test_more_counts_from_the_share_that_was_applied(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, words: str, share: float
) -> None:
    out = tmp_path / "out.png"
    restored("run", photo, "make it brighter", "-o", out, "--strength", "0.5")
    restored("run", photo, words, "-o", out, "--continue")
    last = [said for said in somebody.said if isinstance(said, FileOrder)][-1]
    assert last.plan is not None
    assert last.strength * last.plan["steps"][0]["strength"] == pytest.approx(share)
    restored("run", photo, "undo", "-o", out, "--continue")
    last = [said for said in somebody.said if isinstance(said, FileOrder)][-1]
    assert last.plan is not None
    assert last.strength * last.plan["steps"][0]["strength"] == pytest.approx(0.5)


def test_there_is_nothing_to_go_on_from(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "a bit less", "-o", tmp_path / "new.png", "--continue")
    assert ran.code != 0
    assert "does not exist yet" in ran.err
