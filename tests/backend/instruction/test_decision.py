"""Probabilities -> what to do."""

import numpy as np
import pytest

from restored.instruction import TASKS
from restored.instruction.decision import decide
from restored.instruction.head import HeadSettings

QUIET = {"general": 0.0, "off_topic": 0.0, "add": 0.0, "foreign": 0.0}
SETTINGS = HeadSettings(wanted=0.6, excluded=0.5, wary=0.9, kind=0.5)


def said(kinds=None, english=None, excluded=(), hardly=False, **wanted):
    want = np.array([wanted.get(task, 0.0) for task in TASKS])
    bar = np.array([0.9 if task in excluded else 0.0 for task in TASKS])
    return decide(want, bar, {**QUIET, **(kinds or {})}, SETTINGS, english, hardly)


def test_threshold():
    assert set(said(denoise=0.61, deblur=0.59).wanted) == {"denoise"}


def test_a_stray_part_makes_wary():
    decision = said({"off_topic": 0.9}, denoise=0.8)
    assert (decision.wanted, decision.reason) == ({}, "off_topic")
    decision = said({"off_topic": 0.9}, denoise=0.95)
    assert set(decision.wanted) == {"denoise"}
    assert decision.stray


@pytest.mark.parametrize(
    ("kinds", "excluded", "reason", "general"),
    [
        ({}, (), "not_understood", False),
        ({}, ("denoise",), "asks_to_keep", False),
        ({"add": 0.8, "off_topic": 0.6}, (), "asks_to_add", False),
        ({"off_topic": 0.8}, (), "off_topic", False),
        ({"general": 0.8}, ("dehaze",), "not_understood", True),
        ({"foreign": 0.8}, (), "not_english", False),
    ],
)
def test_reasons(kinds, excluded, reason, general):
    decision = said(kinds, excluded=excluded)
    assert (decision.reason, decision.general) == (reason, general)
    if reason != "not_english":
        assert decision.excluded == excluded


def test_two_witnesses_for_another_language():
    assert said({"foreign": 0.3}, english=0.2, denoise=0.9).reason == "not_english"
    assert said({"foreign": 0.7}, english=1.0, denoise=0.4).reason != "not_english"
    assert set(said({"foreign": 0.3}, english=0.8, denoise=0.9).wanted) == {"denoise"}


def test_wanted_and_excluded_never_overlap():
    decision = decide(np.full(9, 0.9), np.full(9, 0.9), QUIET, SETTINGS)
    assert len(decision.wanted) == 9
    assert decision.excluded == ()


def test_what_is_hardly_english_is_not_trusted_to_be_a_wish():
    assert said(english=0.2, hardly=True, enhance=0.97).reason == "not_english"
    assert said({"off_topic": 0.9}, english=0.2, hardly=True).reason == "off_topic"
    assert set(said(english=0.2, hardly=False, enhance=0.97).wanted) == {"enhance"}
