"""The preview's crop never leaves the layer, and inference is asked for only when something that needs it changed."""

from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.previewstate import PreviewState

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
