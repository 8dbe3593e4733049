"""What is learnt about how long pictures take, and how it is said."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.studio.keys import write_private
from restored.studio.speeds import HERE, Speeds, shown, work_of

WORK = work_of([{"task": "denoise"}], 1)


def test_nothing_is_known_at_first(home: Path) -> None:
    speeds = Speeds()
    assert speeds.guess(HERE, WORK, 1_000_000) is None
    assert speeds.stale(HERE)


def test_a_picture_tells_of_larger_ones(home: Path) -> None:
    speeds = Speeds()
    speeds.learn(HERE, WORK, 2_000_000, 4.0)
    assert speeds.guess(HERE, WORK, 12_000_000) == pytest.approx(24.0)
    assert not speeds.stale(HERE)
    assert speeds.guess("another", WORK, 12_000_000) is None


def test_a_tiny_picture_takes_no_less_than_a_small_one(home: Path) -> None:
    speeds = Speeds()
    speeds.learn(HERE, WORK, 250_000, 0.5)
    assert speeds.guess(HERE, WORK, 1) == speeds.guess(HERE, WORK, 250_000) == pytest.approx(0.5)


def test_one_slow_minute_does_not_count(home: Path) -> None:
    speeds = Speeds()
    for seconds in (1.0, 1.1, 90.0, 0.9, 1.0):
        speeds.learn(HERE, WORK, 1_000_000, seconds)
    assert speeds.guess(HERE, WORK, 1_000_000) == pytest.approx(1.0)


def test_other_work_is_the_next_best_guess(home: Path) -> None:
    speeds = Speeds()
    speeds.learn(HERE, work_of([{"task": "deblur"}], 1), 1_000_000, 2.0)
    assert speeds.guess(HERE, WORK, 1_000_000) == pytest.approx(2.0)
    speeds.learn(HERE, WORK, 1_000_000, 1.0)
    assert speeds.guess(HERE, WORK, 1_000_000) == pytest.approx(1.0)


def test_it_is_remembered_and_forgotten(home: Path) -> None:
    Speeds().learn("machine", WORK, 1_000_000, 3.0, save=True)
    again = Speeds()
    assert again.guess("machine", WORK, 1_000_000) == pytest.approx(3.0)
    again.forget("machine")
    assert Speeds().guess("machine", WORK, 1_000_000) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60)
@given(json_values)
def test_a_file_of_anything_does_no_harm(content: object) -> None:
    from restored.studio import speeds

    known = speeds._checked(json.loads(json.dumps(content)))
    assert all(speeds._is_time(time) for works in known.values() for times in works.values() for time in times)


def test_a_file_that_others_can_touch_is_not_read(home: Path) -> None:
    write_private(home / "speeds.json", {HERE: {WORK: [[1.0, 1.0]]}})
    assert Speeds().guess(HERE, WORK, 1_000_000) == pytest.approx(1.0)
    (home / "speeds.json").chmod(0o666)
    assert Speeds().guess(HERE, WORK, 1_000_000) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "0.1 s"), (0.44, "0.4 s"), (4.0, "4.0 s"), (9.97, "10 s"), (12.3, "12 s"), (130, "2 min")]
)
def test_times_are_said_in_few_figures(seconds: float, words: str) -> None:
    assert shown(seconds) == words


def test_what_decides_about_time() -> None:
    steps = [{"task": "derain"}, {"task": "denoise"}, "nonsense"]
    assert work_of(steps, 2, "best") == "denoise+derain x2 best"
    assert work_of(reversed(steps), 2, None) == "denoise+derain x2"
