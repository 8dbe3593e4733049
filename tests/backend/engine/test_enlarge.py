"""Bicubic enlargement: Pillow's numbers, every depth, alpha without bleeding."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from restored.engine.picture.enlarge import enlarge, enlarge_plane
from restored.engine.picture.pixels import DEPTHS


@pytest.mark.parametrize("factor", [2, 4])
def test_the_inside_is_pillows_bicubic(picture: Callable[..., np.ndarray], factor: int) -> None:
    layer = picture(40, 150, 1, np.float32)
    wanted = np.asarray(Image.fromarray(layer[..., 0]).resize((150 * factor, 40 * factor), Image.Resampling.BICUBIC))
    edge = 2 * factor
    assert np.allclose(enlarge(layer, factor)[edge:-edge, edge:-edge, 0], wanted[edge:-edge, edge:-edge], atol=1e-5)


@pytest.mark.parametrize("dtype", DEPTHS.values())
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 2), (130, 3, 3), (5, 5, 4)])
def test_flat_stays_flat_in_every_depth(dtype: np.dtype, shape: tuple[int, int, int]) -> None:
    layer = np.full(shape, 0.5 if dtype.kind == "f" else np.iinfo(dtype).max // 2 + 1, dtype)
    out = enlarge(layer, 4)
    assert out.shape == (shape[0] * 4, shape[1] * 4, shape[2])
    assert out.dtype == dtype
    assert np.abs(out.astype(np.float64) - float(layer.flat[0])).max() <= 1e-3 * float(layer.flat[0]) * (dtype.kind == "f")


def test_strips_do_not_show(picture: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    layer = picture(150, 20, 4, np.uint16)
    whole = enlarge(layer, 2)
    monkeypatch.setattr("restored.engine.picture.enlarge.STRIP", 7)
    assert np.array_equal(whole, enlarge(layer, 2))


def test_hidden_colour_does_not_bleed_and_alpha_stays_in_range(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(40, 40, 4)
    layer[:, 20:, 3] = 0
    other = layer.copy()
    other[:, 20:, :3] = 255 - other[:, 20:, :3]
    a, b = enlarge(layer, 2), enlarge(other, 2)
    shown = a[..., 3] > 0
    assert np.array_equal(a[shown], b[shown])
    floats = np.asarray(layer / 255, np.float32)
    assert enlarge(floats, 2)[..., 3].max() <= 1.0


def test_not_a_number_stays_a_block(picture: Callable[..., np.ndarray]) -> None:
    layer = picture(12, 12, 3, np.float32)
    layer[5, 6] = np.nan
    out = enlarge(layer, 2)
    assert np.isnan(out[10:12, 12:14]).all()
    assert np.isnan(out).sum() == 12


def test_a_mask_stays_between_nothing_and_all() -> None:
    mask = np.zeros((6, 6), np.float32)
    mask[2:4, 2:4] = 1
    large = enlarge_plane(mask, 4)
    assert large.shape == (24, 24)
    assert large.min() >= 0
    assert large.max() <= 1
    assert large[12, 12] == 1
