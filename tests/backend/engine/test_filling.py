"""Filling through the engine: only what is marked changes, whatever the layer is, and the sentences of what cannot be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored import engine
from restored.engine import PixelError
from restored.engine.picture.pixels import full_scale
from restored.engine.work import filling
from restored.instruction.plan import Plan, Step

PLAN = Plan.of("inpaint")


def scene(height: int, width: int, seed: int = 0) -> np.ndarray:
    """(H, W, 3) float32: slopes, an edge and some grain."""
    y, x = np.mgrid[:height, :width]
    picture = np.stack([0.3 + 0.2 * np.sin(x / 17), 0.4 + 0.002 * y, 0.6 - 0.1 * np.cos((x + y) / 23)], axis=-1)
    picture[(x + 2 * y) > (width + height)] *= 0.7
    noise = np.random.default_rng(seed).normal(0, 2 / 255, picture.shape)
    return np.clip(picture + noise, 0, 1).astype(np.float32)


def layer_of(picture: np.ndarray, dtype: Any, channels: int) -> np.ndarray:
    values = picture if channels >= 3 else picture.mean(axis=2, keepdims=True)
    if np.dtype(dtype).kind != "f":
        values = np.rint(values.astype(np.float64) * full_scale(np.dtype(dtype)))
    values = values.astype(dtype)
    if channels in (2, 4):
        alpha = np.full((*values.shape[:2], 1), full_scale(np.dtype(dtype)), dtype)
        values = np.concatenate([values, alpha], axis=2)
    return values


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(st.integers(1, 90)), draw(st.integers(2, 90))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = np.zeros((height, width), bool)
    kind = draw(st.sampled_from(["pixels", "line", "blob", "edge"]))
    if kind == "pixels":
        mask = random.random((height, width)) < 0.05
    elif kind == "line":
        mask[:, width // 2] = True
    elif kind == "blob":
        mask[height // 3 : height // 3 + 9, width // 3 : width // 3 + 9] = True
    else:
        mask[0], mask[:, 0] = True, True
    if mask.mean() > 0.55:
        mask[:] = False
        mask[0, 0] = True
    return mask


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(masks(), st.sampled_from(["u1", "u2", "u4", "f2", "f4"]), st.integers(1, 4))
def test_nothing_outside_the_mask_changes(mask: np.ndarray, dtype: str, channels: int) -> None:
    layer = layer_of(scene(*mask.shape), dtype, channels)
    layer[mask, 0] = full_scale(layer.dtype)
    for given_as in ("mask", "holes"):
        result = engine.run(layer, PLAN, **{given_as: mask})
        assert result.image.dtype == layer.dtype
        assert result.image[~mask].tobytes() == layer[~mask].tobytes()
        if channels in (2, 4):
            assert (result.image[..., -1] == layer[..., -1]).all()


def test_a_scratch_is_gone() -> None:
    clean = scene(120, 160)
    layer = layer_of(clean, "u1", 3)
    mask = np.zeros((120, 160), np.uint8)
    mask[:, 70:73] = 255
    layer[mask > 0] = 255
    result = engine.run(layer, PLAN, mask=mask)
    assert result.changed
    assert np.abs(result.image[mask > 0].astype(float) - 255 * clean[mask > 0]).mean() < 5


def test_a_brown_print_is_not_filled_with_the_scratchs_own_colour() -> None:
    """Halved chroma carries a white scratch's colour two pixels beyond what is marked."""
    y, x = np.mgrid[:80, :80]
    light = 0.35 + 0.1 * np.sin(x / 15)
    picture = light[..., None] * np.array([1.0, 0.75, 0.2])
    near = np.abs(x - y) <= 3
    gray = (picture[near] @ [0.2126, 0.7152, 0.0722])[:, None]
    picture[near] = 0.15 * picture[near] + 0.85 * gray  # as light as it was, and hardly brown
    mask = (np.abs(x - y) <= 1).astype(np.float32)
    picture[mask > 0] = 0.95
    done = engine.run(picture.astype(np.float32), PLAN, mask=mask).image
    inside = done[mask > 0]
    blue = inside[:, 2] / inside[:, 0]
    assert np.median(blue) < 0.45  # 0.2 in the print, 0.8 beside the scratch
    assert np.array_equal(done[mask == 0], picture.astype(np.float32)[mask == 0])


def test_what_has_no_colour_is_filled_smoothly_once_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    gray = np.repeat(layer_of(scene(90, 90), "u1", 1), 3, axis=2)
    mask = np.zeros((90, 90), bool)
    mask[:, 40:43] = True
    gray[mask] = 255
    brown = np.rint(gray * [1.0, 0.8, 0.6]).astype(np.uint8)
    brown[mask] = 255
    done: list[int] = []
    smooth = filling.fill
    monkeypatch.setattr(filling, "fill", lambda kinds, read: (done.append(1), smooth(kinds, read))[1])
    once = engine.run(gray, PLAN, mask=mask).image
    assert len(done) == 1
    engine.run(brown, PLAN, mask=mask)
    assert len(done) == 3
    monkeypatch.setattr(filling, "COLOURLESS", -1.0)
    assert (engine.run(gray, PLAN, mask=mask).image == once).all()
    assert len(done) == 5


def test_an_empty_mask_changes_nothing() -> None:
    layer = layer_of(scene(40, 50), "u1", 3)
    result = engine.run(layer, PLAN, mask=np.zeros((40, 50), np.uint8))
    assert not result.changed
    assert (result.image == layer).all()


@pytest.mark.parametrize("shape", [(60, 60), (1, 1)])
def test_a_full_mask_is_a_sentence(shape: tuple[int, int]) -> None:
    layer = layer_of(scene(*shape), "u1", 3)
    with pytest.raises(PixelError, match="Too much is marked"):
        engine.run(layer, PLAN, mask=np.ones(shape, bool))


def test_without_a_mask_it_is_left_out_and_the_rest_is_done() -> None:
    layer = layer_of(scene(40, 50), "u1", 3)
    result = engine.run(layer, PLAN)
    assert not result.changed
    assert "mask or selection" in result.notes[0]
    brighter = engine.run(layer, Plan(steps=(Step("inpaint"), Step("exposure", amount=0.5))))
    assert brighter.image.mean() > layer.mean()
    assert "mask or selection" in brighter.notes[0]


def test_gray_stays_gray() -> None:
    gray = np.repeat(layer_of(scene(90, 90), "u1", 1), 3, axis=2)
    mask = np.random.default_rng(0).random((90, 90)) < 0.1
    gray[mask] = 255
    out = engine.run(gray, PLAN, mask=mask).image
    assert (np.ptp(out.astype(int), axis=2) == 0).all()


def test_the_kept_result_is_the_same_and_grain_left_in_leaves_no_scratch() -> None:
    layer = layer_of(scene(90, 120), "u1", 3)
    mask = np.zeros((90, 120), bool)
    mask[30:33] = True
    layer[mask] = 255
    result = engine.run(layer, PLAN, mask=mask, keep=True)
    assert result.residual is not None
    assert (result.residual.apply(1.0, mask) == result.image).all()
    assert (result.residual.apply(1.0, mask, texture=1.0) == result.image).all()
    half = result.residual.apply(0.5, mask)[mask].astype(float)
    assert np.abs(half - (result.image[mask].astype(float) + layer[mask]) / 2).max() <= 1


def test_adjustments_and_other_steps_go_on_from_the_filled_picture() -> None:
    layer = layer_of(scene(90, 120), "u1", 3)
    mask = np.zeros((90, 120), bool)
    mask[30:33] = True
    layer[mask] = 255
    steps = (Step("inpaint"), Step("exposure", amount=-1.0))
    out = engine.run(layer, Plan(steps=steps), holes=mask).image
    whole = engine.run(engine.run(layer, PLAN, holes=mask).image, Plan(steps=steps[1:])).image
    assert np.abs(out.astype(int) - whole).max() <= 1


def test_colour_under_zero_alpha_does_not_bleed() -> None:
    layer = layer_of(scene(60, 60), "u1", 4)
    layer[:, 30:, :3], layer[:, 30:, 3] = (255, 0, 255), 0
    mask = np.zeros((60, 60), bool)
    mask[20:40, 26:34] = True
    out = engine.run(layer, PLAN, mask=mask).image
    assert (out[:, 30:] == layer[:, 30:]).all()
    there = out[20:40, 26:30, :3].astype(float)
    around = layer[20:40, 20:26, :3].astype(float)
    assert np.abs(there.mean(axis=(0, 1)) - around.mean(axis=(0, 1))).max() < 40
