"""Whatever is typed: a valid Plan, never an exception."""

import cProfile
import pstats

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction import Plan, explain, understanding

FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "rain",
            "not",
            "don't",
            "keep",
            "the",
            "noise",
            ",",
            "but",
            "😀",
            "\x00",
            "\ud800",
            "%",
            "50%",
            "leave",
            "whites",
            "and",
            "alone",
            "bring it",
            "back",
            "darker",
            "sky",
            "É",
            "雨",
            "‮",
            "\n",
            "a" * 300,
        ]
    ),
    max_size=25,
).map(" ".join)


def check(text):
    plan = explain(text)
    assert Plan.from_dict(plan.to_dict()) == Plan.from_dict(plan.to_dict())
    assert len(plan.text) <= 1000
    assert bool(plan.steps) == (plan.reason is None)
    assert not plan.steps or "nothing was changed" not in plan.message
    plan.text.encode("utf-8")
    for step in plan.steps:
        assert step.words in plan.text
        assert step.words
        assert 0 < step.strength <= 1
    return plan


@pytest.mark.parametrize(
    "text",
    [
        "It's a scan of an old polaroid, colours are all pinkish",
        "the colours are too blue, it's a polaroid scan",
        "warmer, and add a lens flare",
        "less contrast and give me a poem about it",
    ],
)
def test_what_is_left_out_is_not_said_of_the_whole(text):
    plan = check(text)
    assert plan.steps
    assert plan.unused


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), FRAGMENTS))
def test_any_text(text):
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "remove the noise " * 6_000,
        "\x00\x01\x1b[31mremove the rain\x07",
        "remove\u200b the\u00a0noise",
        "remove the rain".encode("utf-16").decode("latin-1"),
        b"\xff\xfeentrauschen".decode("utf-8", "surrogateescape"),
        "ｒｅｍｏｖｅ　ｔｈｅ　ｎｏｉｓｅ",
        "remove the шум and the 雨",
        "🙂🙃🌧❄️",
        "é" * 500,
        "....",
        "-1e309",
        "NaN",
        "' OR 1=1; --",
        "leave whites and solids alone",
    ],
)
def test_bad_text(text):
    check(text)


@pytest.mark.parametrize("thing", [None, 3, b"remove the noise", ["rain"]])
def test_things_that_are_no_text(thing):
    check(thing)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((1, 1, 3), np.float32),
        np.full((256, 256, 3), np.nan, np.float32),
        np.full((3, 200, 3), np.inf, np.float32),
        np.zeros((0, 5, 3), np.float32),
        np.ones((40, 30), np.uint8) * 200,
        np.random.default_rng(0).random((64, 64, 4)).astype(np.float32),
    ],
)
def test_any_picture(picture):
    plan = explain("fix my photo", picture)
    assert bool(plan.steps) == (plan.reason is None)
    assert not plan.steps or "nothing was changed" not in plan.message
    assert plan.message


WORN = ("bitte i mean ", "brighter no wait darker ", "remov the nois ", "rosata. alza i neri. correzione. nessun. anzi. ")
"""Sentences that take back, or mistype, the same thing again and again."""


def calls(text: str, where: str) -> int:
    """How often functions of a file are called while a text is understood for the first time."""
    profile = cProfile.Profile()
    understanding._understand.cache_clear()
    profile.runcall(explain, text)
    stats: dict = vars(pstats.Stats(profile))["stats"]
    return sum(count for (file, _, _), (_, count, *_) in stats.items() if file.endswith(where))


@pytest.mark.slow
@pytest.mark.parametrize("sentence", WORN)
def test_what_is_said_again_and_again_costs_no_more_than_its_length(sentence):
    explain(sentence)
    half, whole = (calls(sentence * (count * 12 // len(sentence)), ".py") for count in (40, 80))
    assert whole < 3 * half  # four times as much, and seconds, is what it was


def test_a_slip_is_looked_up_once_however_often_it_is_made():
    explain("remov the nois and brigthen the skyy")
    few = calls("removv teh noisse, brighttn the skky " * 2, "spelling.py")
    many = calls("removv teh noisse, brighttn the skky " * 26, "spelling.py")
    assert many <= max(few, 1) * 2
