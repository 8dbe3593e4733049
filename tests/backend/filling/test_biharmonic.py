"""The smooth filling: as good as a well-known implementation's, on any shape of hole, and only what may be read is read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.filling.biharmonic import HOLE, KNOWN, NOTHING, fill


def filled(picture: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    flat = picture.reshape(-1, picture.shape[2])

    def read(places: np.ndarray) -> np.ndarray:
        assert (kinds.reshape(-1)[places] == KNOWN).all()
        return flat[places]

    out = picture.copy()
    out[kinds == HOLE] = fill(kinds, read)
    return out


def slope(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([0.2 + 0.002 * x, 0.7 - 0.003 * y, 0.3 + 0.001 * (x + y)], axis=-1).astype(np.float32)


@pytest.mark.parametrize("radius", [1, 4, 12, 25])
def test_a_slope_goes_on(radius: int) -> None:
    picture = slope(90, 110)
    y, x = np.mgrid[:90, :110]
    kinds = np.where((y - 40) ** 2 + (x - 60) ** 2 <= radius**2, HOLE, KNOWN).astype(np.uint8)
    damaged = picture.copy()
    damaged[kinds == HOLE] = 5.0
    assert np.abs(filled(damaged, kinds) - picture).max() < 2 / 255


def test_it_agrees_with_a_well_known_implementation() -> None:
    restoration = pytest.importorskip("skimage.restoration")
    random = np.random.default_rng(3)
    y, x = np.mgrid[:80, :96]
    picture = (0.5 + 0.3 * np.sin(x / 9 + y / 14)[..., None] * [1, 0.6, -0.8] + random.normal(0, 0.01, (80, 96, 3))).astype(
        np.float32
    )
    hole = (np.abs(y - 0.7 * x) < 2.5) | ((y - 60) ** 2 + (x - 20) ** 2 < 60)
    hole[:8] = hole[-8:] = False  # at the edges of a picture conventions differ
    hole[:, :8] = hole[:, -8:] = False
    theirs = restoration.inpaint_biharmonic(picture, hole, channel_axis=-1)
    ours = filled(picture, hole.astype(np.uint8))
    assert np.abs(ours - theirs).max() < 1 / 255


@st.composite
def holes(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    seed, share = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([0.02, 0.2, 0.6, 0.95]))
    random = np.random.default_rng(seed)
    kinds = random.choice(np.array([KNOWN, HOLE, NOTHING], np.uint8), (height, width), p=[1 - share, share * 0.8, share * 0.2])
    if draw(st.booleans()):
        top, left = random.integers(height), random.integers(width)
        kinds[top : top + 17, left : left + 23] = HOLE
    kinds[random.integers(height), random.integers(width)] = KNOWN
    return kinds


@settings(max_examples=60, deadline=None)
@given(holes(), st.sampled_from([1, 3]))
def test_any_hole_in_a_flat_picture_becomes_flat(kinds: np.ndarray, channels: int) -> None:
    picture = np.full((*kinds.shape, channels), 0.25, np.float32)
    picture[kinds != KNOWN] = np.nan
    out = filled(picture, kinds)
    assert np.abs(out[kinds == HOLE] - 0.25).max(initial=0) < 1e-4


def test_what_shows_nothing_is_not_looked_at() -> None:
    picture = slope(40, 40)
    kinds = np.full((40, 40), KNOWN, np.uint8)
    kinds[:, 20:] = NOTHING
    picture[:, 20:] = np.nan
    kinds[10:20, 16:20] = HOLE
    out = filled(picture, kinds)
    assert np.abs(out[10:20, 16:20] - slope(40, 40)[10:20, 16:20]).max() < 3 / 255


def test_equal_channels_stay_equal() -> None:
    random = np.random.default_rng(0)
    gray = np.repeat(random.random((50, 50, 1)).astype(np.float32), 3, axis=2)
    kinds = (random.random((50, 50)) < 0.3).astype(np.uint8)
    out = filled(gray, kinds)
    assert (out[..., 0] == out[..., 1]).all()
    assert (out[..., 1] == out[..., 2]).all()
