"""The preview's crop never leaves the layer, and inference is asked for only when something that needs it changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.previewstate import BESIDE, FIT, GAP, SPLIT, TOGGLE, ZOOMS, PreviewState

PLAN = {"steps": [{"task": "derain", "strength": 1.0}]}


def wanted(state, *key_and_strength):
    """The next request, which must exist."""
    want = state.want(PLAN, *key_and_strength)
    assert want is not None
    return want


def test_starts_in_the_middle():
    assert PreviewState(1000, 800, view=(400, 300)).box == (300, 250, 400, 300)


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(-9e3, 9e3), st.floats(-9e3, 9e3))
def test_crop_and_margin_stay_inside(width, height, x, y):
    state = PreviewState(width, height)
    state.centre(x, y)
    state.pan(y, x)
    left, top, w, h = state.box
    assert 0 <= left <= left + w <= width
    assert 0 <= top <= top + h <= height
    px, py, pw, ph = state.padded()
    assert 0 <= px <= left
    assert 0 <= py <= top
    assert left + w <= px + pw <= width
    assert top + h <= py + ph <= height


def test_strength_alone_adjusts_the_job():
    state = PreviewState(1000, 1000)
    want = wanted(state, ("a",), 1.0)
    assert want.job is None
    state.rendered(want, "job-7")
    assert state.want(PLAN, ("a",), 1.0) is None
    adjust = wanted(state, ("a",), 0.4)
    assert adjust.job == "job-7"
    state.rendered(adjust, None)
    assert wanted(state, ("a",), 0.2).job == "job-7"


def test_plan_or_crop_infers_again():
    state = PreviewState(1000, 1000)
    state.rendered(wanted(state, ("a",), 1.0), "job-7")
    assert wanted(state, ("b",), 1.0).job is None
    assert state.pan(10, 0)
    assert wanted(state, ("a",), 1.0).job is None
    assert not state.fresh(("a",))


def test_expired_residual_infers_again():
    state = PreviewState(1000, 1000)
    state.rendered(wanted(state, ("a",), 1.0), "job-7")
    state.expired()
    assert wanted(state, ("a",), 0.5).job is None


def test_split_is_clamped():
    state = PreviewState(10, 10)
    state.slide(-3)
    assert state.split == 0
    state.slide(1.5)
    assert state.split == 1


def test_a_larger_view_keeps_the_middle_and_stays_in_the_layer():
    state = PreviewState(1000, 700, view=(400, 300), margin=20)
    assert not state.resize(400, 300)
    assert state.resize(600, 500)
    assert state.box == (200, 100, 600, 500)
    assert state.resize(4000, 4000)
    assert state.box == (0, 0, 1000, 700)
    assert state.resize(200, 200)
    assert state.box == (400, 250, 200, 200)
    assert not state.resize(200, 200)


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 700), st.integers(1, 700), st.sampled_from(ZOOMS))
def test_every_zoom_shows_a_part_of_the_layer_that_fits_the_view(width, height, view_width, view_height, zoom) -> None:
    state = PreviewState(width, height, (view_width, view_height), zoom=zoom)
    x, y, w, h = state.box
    assert x >= 0
    assert y >= 0
    assert x + w <= width
    assert y + h <= height
    small = state.small(state.box)
    assert small[0] <= max(1, w)
    if zoom == FIT:
        assert (w, h) == (width, height)
        assert small[0] <= max(1, view_width)
        assert small[1] <= max(1, view_height)
        assert state.padded() == state.box
    else:
        assert small == (w, h)


def test_another_zoom_infers_anew_and_keeps_the_middle() -> None:
    state = PreviewState(1000, 800, (200, 200))
    state.centre(700, 300)
    want = state.want({}, ("k",), 1.0)
    assert want is not None
    state.rendered(want, "job")
    assert state.set_zoom(2.0)
    x, y, w, h = state.box
    assert (x + w / 2, y + h / 2) == (700, 300)
    again = state.want({}, ("k",), 1.0)
    assert again is not None
    assert again.job is None
    assert state.set_zoom(FIT)
    fitted = state.want({}, ("k",), 1.0)
    assert fitted is not None
    assert fitted.reduction == pytest.approx(0.2)
    assert not state.set_zoom(FIT)


def test_where_the_crop_lies_in_the_layer_goes_along():
    state = PreviewState(1000, 800, view=(400, 300), margin=50)
    assert wanted(state, ("a",), 1.0).place == (250 / 1000, 200 / 800, 750 / 1000, 600 / 800)
    state.set_zoom(FIT)
    assert wanted(state, ("a",), 1.0).place is None, "all of it"


@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(ZOOMS), st.integers(9, 2000), st.integers(1, 2000))
def test_side_by_side_two_crops_fit_where_one_was(width, height, zoom, wide, high):
    state = PreviewState(width, height, (wide, high), zoom=zoom)
    state.set_compare(BESIDE)
    times = max(1, round(state.factor))
    if zoom <= 1:
        assert 2 * state.small(state.box)[0] * times + GAP <= wide + 1
    x, y, w, h = state.box
    assert 0 <= x <= x + w <= width
    assert 0 <= y <= y + h <= height
    assert not state.set_compare(BESIDE)


def test_one_at_a_time_begins_with_after_and_turns():
    state = PreviewState(1000, 800)
    assert not state.set_compare(TOGGLE)
    assert (state.split, state.turned) == (0.0, False)
    state.turn()
    assert state.turned
    state.turn()
    assert not state.turned
    state.set_compare(SPLIT)
    assert state.split == 0.5
