"""What a model is shown: clamped, finite, mirrored, and nothing of what is hidden."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.engine.picture.context import check_context, small_size, thumbnail
from restored.engine.picture.grids import read_grid
from restored.engine.picture.hidden import CELL, fill_grid
from restored.engine.picture.pixels import Box
from restored.engine.picture.source import LayerSource, mirrored
from restored.ground.errors import PixelError


@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 30))
def test_reflection_is_numpys(size: int, before: int, after: int) -> None:
    values = np.arange(size)
    wanted = np.pad(values, (before, after), mode="reflect") if size > 1 else np.zeros(1 + before + after)
    assert values[mirrored(-before, size + after, size)].tolist() == wanted.tolist()


def test_a_window_beyond_the_picture_is_its_reflection(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(20, 30, 3)
    shown = LayerSource(layer).read(Box(-16, -16, 32, 40))
    wanted = np.pad(layer / np.float32(255), ((16, 12), (16, 10), (0, 0)), mode="reflect").transpose(2, 0, 1)[None]
    assert np.allclose(shown, wanted, atol=1e-6)
    assert shown.flags.c_contiguous
    zeros = LayerSource(layer, edge="zero").read(Box(0, 0, 32, 32))
    assert not zeros[:, :, 20:].any()
    assert not zeros[:, :, :, 30:].any()


def test_gray_is_shown_as_three_equal_planes_and_hdr_clamped() -> None:
    shown = LayerSource(np.array([[[-2.0], [0.25], [9.0]]], np.float32)).read(Box(0, 0, 1, 3))
    assert shown[0, :, 0].tolist() == [[0.0, 0.25, 1.0]] * 3


def test_hidden_colour_is_never_shown(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(70, 90, 4, np.uint8)
    layer[20:50, 30:60, 3] = 0
    other = layer.copy()
    other[20:50, 30:60, :3] = np.random.default_rng(1).integers(0, 256, (30, 30, 3))
    box = Box(-16, -16, 80, 96)
    shown = LayerSource(layer).read(box)
    assert np.array_equal(shown, LayerSource(other).read(box))
    assert np.array_equal(thumbnail(LayerSource(layer)), thumbnail(LayerSource(other)))
    # what stands in is of the neighbourhood's colours, not black
    inside = shown[0, :, 16 + 30 : 16 + 40, 16 + 40 : 16 + 50]
    assert abs(inside.mean() - layer[..., :3].mean() / 255) < 0.2


def test_not_a_number_is_never_shown(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(40, 40, 3, np.float32)
    layer[3, 4] = np.nan
    layer[30:35, 30:35, 1] = np.inf
    source = LayerSource(layer)
    shown = source.read(Box(0, 0, 48, 48))
    assert np.isfinite(shown).all()
    assert shown.min() >= 0
    assert shown.max() <= 1
    assert np.isfinite(thumbnail(source)).all()
    assert source.anything_visible
    assert not LayerSource(np.full((9, 9, 3), np.nan, np.float32)).anything_visible


def test_the_fill_is_the_average_and_reaches_everywhere() -> None:
    layer = np.zeros((100, 100, 2), np.uint8)
    layer[:CELL, :CELL] = (51, 255)
    grid = fill_grid(layer)
    assert grid is not None
    assert np.allclose(read_grid(grid, Box(0, 0, 100, 100), CELL), 0.2, atol=1e-6)
    assert fill_grid(np.zeros((40, 40, 3), np.uint8)) is None


@pytest.mark.slow
@given(st.integers(1, 700), st.integers(1, 700))
def test_a_thumbnail_is_small_and_keeps_the_mean(height: int, width: int) -> None:
    layer = np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 1), np.uint8)
    small = thumbnail(LayerSource(layer))
    assert small.shape == (*small_size(height, width), 3)
    assert max(small.shape) <= 256
    if height <= 256 and width <= 256:
        assert np.allclose(small[..., 0] * 255, layer[..., 0], atol=1e-3)
    else:  # bins differ by a row or column at most
        assert abs(small.mean() * 255 - layer.mean()) < 6


def test_a_thumbnail_of_whole_blocks_is_their_mean(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(512, 1024, 3)
    wanted = layer.reshape(128, 4, 256, 4, 3).mean((1, 3)) / 255
    assert np.allclose(thumbnail(LayerSource(layer)), wanted, atol=1e-5)


def test_a_callers_context_may_be_any_picture(picture: Callable[..., np.ndarray]) -> None:
    assert check_context(picture(300, 600, 4, np.uint16)).shape == (128, 256, 3)
    assert check_context(picture(30, 60, 3, np.float32).astype(np.float64)).shape == (30, 60, 3)
    with pytest.raises(PixelError, match="context"):
        check_context(np.zeros((4, 4)))
