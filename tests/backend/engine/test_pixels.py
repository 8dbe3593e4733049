"""Depths, channels, hidden pixels, and the promise that what is not changed keeps its bytes."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from restored.engine.picture.pixels import (
    DEPTHS,
    add_residual,
    check_layer,
    check_mask,
    full_scale,
    mask_weight,
    to_unit,
    visible,
)
from restored.ground.errors import PixelError

layers = st.sampled_from(list(DEPTHS.values())).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=3, max_dims=3, max_side=4).map(lambda s: (*s[:2], 1 + s[2] % 4)))
)


@given(layers)
def test_nothing_added_changes_no_byte(layer: np.ndarray) -> None:
    residual = np.ones((*layer.shape[:2], 1 if layer.shape[2] <= 2 else 3), np.float16)
    assert add_residual(layer, residual * 0, 1.0).tobytes() == layer.tobytes()
    assert add_residual(layer, residual, 0.0).tobytes() == layer.tobytes()
    assert add_residual(layer, residual, np.zeros(layer.shape[:2], np.float32)).tobytes() == layer.tobytes()


@given(layers, st.floats(-1, 1, width=16))
def test_alpha_and_what_is_not_finite_keep_their_bytes(layer: np.ndarray, amount: float) -> None:
    count = 1 if layer.shape[2] <= 2 else 3
    out = add_residual(layer, np.full((*layer.shape[:2], count), amount, np.float16), 1.0)
    assert out[..., count:].tobytes() == layer[..., count:].tobytes()
    lost = ~np.isfinite(layer[..., :count])
    assert out[..., :count][lost].tobytes() == layer[..., :count][lost].tobytes()


@pytest.mark.parametrize("dtype", DEPTHS.values())
def test_a_residual_of_one_half_is_half_of_full_scale(dtype: np.dtype) -> None:
    scale = full_scale(dtype)
    layer = np.full((2, 2, 3), scale // 4 if scale > 1 else 0.25, dtype)
    out = add_residual(layer, np.full((2, 2, 3), 0.5, np.float16), np.full((2, 2), 0.5, np.float32))
    wanted = scale // 4 + scale * 0.25 if scale > 1 else 0.5
    assert np.abs(out.astype(np.float64) - wanted).max() <= 0.5 * (scale > 1)


def test_integers_stop_at_the_ends_and_floats_do_not() -> None:
    half = np.full((1, 1, 3), 0.5, np.float16)
    assert add_residual(np.full((1, 1, 3), 250, np.uint8), half, 1.0).max() == 255
    assert add_residual(np.full((1, 1, 3), 4, np.uint16), -half, 1.0).min() == 0
    assert add_residual(np.full((1, 1, 3), 3.0, np.float32), half, 1.0).max() == 3.5


def test_32_bit_integers_keep_their_low_bits() -> None:
    layer = np.array([[[1, 2**31 + 1, 2**32 - 1]]], np.uint32)
    out = add_residual(layer, np.full((1, 1, 3), 2.0**-10, np.float16), 1.0)
    assert out.tolist() == [[[1 + 2**22, 2**31 + 1 + 2**22, 2**32 - 1]]]
    assert to_unit(layer)[0, 0, 2] == 1.0


def test_visible_means_some_alpha_and_finite() -> None:
    layer = np.array([[[0.5, 0.0], [np.nan, 1.0], [0.5, 1.0], [0.5, np.nan], [np.inf, 1.0]]], np.float32)
    seen = visible(layer)
    assert seen is not None
    assert seen.tolist() == [[False, False, True, False, False]]
    assert visible(np.zeros((2, 2, 3), np.uint8)) is None


def test_masks_of_every_depth_mean_the_same(picture: Callable[..., np.ndarray]) -> None:
    for dtype in DEPTHS.values():
        mask = picture(3, 4, 1, dtype)
        assert np.abs(mask_weight(check_mask(mask, 3, 4)) - picture(3, 4, 1, np.float32)[..., 0]).max() < 1 / 250
    assert mask_weight(np.array([np.nan, -1, 7, np.inf], np.float32)).tolist() == [0, 0, 1, 1]
    assert mask_weight(np.array([True, False])).tolist() == [1, 0]


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 5), (0, 4, 3), (4, 4, 3, 1)])
def test_what_is_not_a_layer_gets_a_sentence(shape: tuple[int, ...]) -> None:
    with pytest.raises(PixelError, match=r"\.$"):
        check_layer(np.zeros(shape, np.uint8))
    with pytest.raises(PixelError, match="float64"):
        check_layer(np.zeros((2, 2, 3)))
    with pytest.raises(PixelError, match="as large as the layer"):
        check_mask(np.zeros((2, 3)), 3, 2)
