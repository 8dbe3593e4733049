"""Gray stays gray, paper stays neutral, means stay where they were; regions, parts and adjustments do what the plan says."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from restored import engine
from restored.engine.picture.physics import Means, Neutrals
from restored.engine.picture.pixels import Box
from restored.engine.picture.source import LayerSource
from restored.ground.errors import Cancelled
from restored.instruction.plan import Plan, Step
from restored.instruction.tasks import TASKS
from restored.models.bundle import Bundle
from restored.regions import Frame, Region

Picture = Callable[..., np.ndarray]
EYES = Region(by_hand="eyes")
FACES = Region(("skin",), by_hand="faces")


def gray(picture: Picture, height: int, width: int, dtype: object = np.uint8) -> np.ndarray:
    return np.ascontiguousarray(np.repeat(picture(height, width, 1, dtype), 3, axis=2))


def waves(seed: int) -> np.ndarray:
    """A small picture in gray, 0..1, that dots or a dither are made of."""
    chance = np.random.default_rng(seed)
    down, right = np.mgrid[:72, :88] / 88
    light = 0.5 + 0.4 * np.sin(7 * right + chance.uniform(0, 6)) * np.cos(5 * down + chance.uniform(0, 6))
    return np.clip(light + chance.normal(0, 0.02, (72, 88)), 0, 1)


def dots(seed: int) -> np.ndarray:
    """As a press prints them."""
    down, right = np.mgrid[:72, :88] * (2 * np.pi / (5, 6, 8)[seed % 3])
    return np.asarray((waves(seed) > 0.5 + 0.25 * (np.cos(down + right) + np.cos(down - right))) * 255, np.uint8)


def diffused(seed: int) -> np.ndarray:
    return np.asarray(Image.fromarray((waves(seed) * 255).astype(np.uint8)).convert("1").convert("L"))


def diffused_jpeg(seed: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(diffused(seed)).save(file, "JPEG", quality=(50, 75, 90)[seed % 3])
    return np.asarray(Image.open(file))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["desnow", "derain", "denoise"])
@pytest.mark.parametrize("pattern", [dots, diffused, diffused_jpeg])
def test_small_patterns_keep_their_light_with_the_weights_that_ship(pattern: Callable[[int], np.ndarray], task: str) -> None:
    for seed in range(3):
        layer = np.ascontiguousarray(np.repeat(pattern(seed)[..., None], 3, 2))
        assert abs(engine.run(layer, Plan.of(task)).image.mean() - layer.mean()) < 2, seed


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_gray_in_gray_out(bundle: Bundle, picture: Picture, task: str, dtype: object) -> None:
    result = engine.run(gray(picture, 90, 120, dtype), Plan.of(task), model=bundle)
    assert result.changed
    assert (result.image == result.image[..., :1]).all()


def test_a_gray_part_of_a_colour_picture_may_gain_colour(bundle: Bundle, picture: Picture) -> None:
    """A preview of a part gives what the whole would."""
    part = gray(picture, 64, 64)
    part[:, 1::2, 0] += 9
    result = engine.run(part, Plan.of("enhance"), model=bundle, context=picture(64, 64, 3)).image
    assert (result[..., 0] != result[..., 1]).any()


@pytest.mark.parametrize("task", ["enhance", "dehaze", "denoise"])
def test_paper_stays_neutral_beside_colour(bundle: Bundle, task: str) -> None:
    page = np.full((160, 200, 3), 250, np.uint8)
    page[40:80, 30:90] = (180, 40, 60)
    page[100:104, 20:180] = 20
    result = engine.run(page, Plan.of(task), model=bundle, tile_side=128).image
    paper = (page == 250).all(axis=2)
    assert np.ptp(result[paper].astype(int), axis=1).max() <= 1


def test_a_mean_that_coloured_noise_has_moved_by_being_cut_off_may_go_back() -> None:
    """Each channel is cut off at black by itself; where it is, all of them seldom are."""
    truth = np.full((128, 128, 3), 0.04, np.float32)
    noisy = np.clip(truth + np.random.default_rng(2).normal(0, 0.2, truth.shape), 0, 1).astype(np.float32)
    assert noisy.mean() > 0.08
    assert (noisy.max(axis=2) == 0).mean() < 0.1
    means, box = Means(128, 128, pattern_only=False, edges_move=False), Box(0, 0, 128, 128)
    kept = means.watch(box, noisy, truth - noisy)
    while means.settle():
        kept = means.watch(box, noisy, truth - noisy)
    assert np.abs(noisy + kept - truth).mean() < 2 / 255
    even = Means(128, 128, pattern_only=False, edges_move=False)
    fog = np.full_like(truth, -0.04)
    even.watch(box, truth, fog)
    assert even.settle(), "what nothing cut off may not be darkened"


def test_chance_neutrals_of_noise_are_left_to_the_model(picture: Picture) -> None:
    layer = picture(128, 128, 3)
    change = np.random.default_rng(0).normal(0, 0.1, (128, 128, 3)).astype(np.float32)
    box = Box(0, 0, 128, 128)
    kept = Neutrals(LayerSource(layer)).project(box, LayerSource(layer).inside(box), change, dark=False)
    assert np.abs(kept - change).max() < 1e-6


def dither(height: int, width: int) -> np.ndarray:
    ramp = np.broadcast_to(np.linspace(0.2, 0.8, width)[None, :], (height, width))
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 + 1 / 32
    on = ramp > np.tile(bayer, (-(-height // 4), -(-width // 4)))[:height, :width]
    return np.repeat((on * 255).astype(np.uint8)[..., None], 3, axis=2)


def blocks(layer: np.ndarray) -> np.ndarray:
    height, width = (side // 32 * 32 for side in layer.shape[:2])
    return layer[:height, :width].astype(float).reshape(height // 32, 32, width // 32, 32, -1).mean(axis=(1, 3))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["denoise", "dejpeg", "superres", "deblur", "desnow"])
def test_the_mean_of_a_pattern_stays(bundle: Bundle, task: str) -> None:
    layer = dither(128, 160)
    for side in (1024, 160):
        result = engine.run(layer, Plan.of(task), model=bundle, tile_side=side).image
        assert np.abs(blocks(result) - blocks(layer)).mean() < 4  # 60, were it not for the physics
        assert abs(result.mean() - layer.mean()) < 3


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 80))
def test_means_are_the_same_however_the_picture_is_cut(height: int, width: int, cut: int) -> None:
    rng = np.random.default_rng(height * 91 + width)
    before = rng.random((height, width, 3), np.float32)
    change = rng.normal(0.1, 0.05, (height, width, 3)).astype(np.float32)
    whole, tiled = (Means(height, width, pattern_only=False, edges_move=False) for _ in range(2))
    whole.watch(Box(0, 0, height, width), before, change)
    for top, bottom in ((0, min(cut, height)), (min(cut, height), height)):
        if bottom > top:
            tiled.watch(Box(top, 0, bottom, width), before[top:bottom], change[top:bottom])
    assert whole.settle()
    assert tiled.settle()
    box = Box(0, 0, height, width)
    one, other = (means.watch(box, before, change) for means in (whole, tiled))
    assert np.abs(one - other).max() < 0.01
    assert abs(float(one.mean())) < abs(float(change.mean())) / 4


def test_a_mean_that_did_not_move_costs_no_second_scan() -> None:
    means = Means(64, 64, pattern_only=False, edges_move=False)
    means.watch(Box(0, 0, 64, 64), np.full((64, 64, 3), 0.5, np.float32), np.zeros((64, 64, 3), np.float32))
    assert not means.settle()


def test_a_region_limits_a_step_and_leaves_the_rest_bit_for_bit(bundle: Bundle, picture: Picture) -> None:
    layer = picture(120, 160, 3)
    plan = Plan(steps=(Step("denoise", region=Region(("left",))), Step("lowlight", region=Region(("left",), outside=True))))
    for side in (1024, 128):
        result = engine.run(layer, plan, model=bundle, tile_side=side).image
        assert (result[:, :70] != layer[:, :70]).any()
        only_left = engine.run(layer, Plan(steps=plan.steps[:1]), model=bundle, tile_side=side).image
        assert np.array_equal(only_left[:, 90:], layer[:, 90:])


def test_the_colour_of_noise_alone_leaves_the_light(bundle: Bundle, picture: Picture) -> None:
    layer = picture(64, 64, 3, np.float32)
    weights = np.array([0.2126, 0.7152, 0.0722])
    colour = engine.run(layer, Plan(steps=(Step("denoise", part="colour"),)), model=bundle).image
    light = engine.run(layer, Plan(steps=(Step("denoise", part="light"),)), model=bundle).image
    assert np.abs((colour - layer) @ weights).max() < 2e-3
    assert np.ptp(light - layer, axis=2).max() < 2e-3
    assert np.abs(colour - layer).max() > 0.01


def test_adjustments_need_no_model_and_are_exact(picture: Picture) -> None:
    layer = picture(300, 50, 4, np.float32)
    result = engine.run(layer, Plan(steps=(Step("exposure", amount=1.0),)), model="no such model", keep=True)
    linear = [np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4) for x in (layer[..., :3], result.image[..., :3])]
    np.testing.assert_allclose(linear[1], 2 * linear[0], rtol=0.01, atol=2e-3)
    assert np.array_equal(result.image[..., 3], layer[..., 3])
    assert result.residual is not None
    assert result.residual.apply(1.0).tobytes() == result.image.tobytes()
    assert result.residual.apply(0.0).tobytes() == layer.tobytes()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16])
def test_adjustments_in_any_depth(picture: Picture, channels: int, dtype: object) -> None:
    layer = picture(20, 30, channels, dtype)
    darker = engine.run(layer, Plan(steps=(Step("exposure", amount=-1.0), Step("saturation", amount=-0.5)))).image
    assert darker.dtype == layer.dtype
    assert darker[..., 0].astype(float).mean() < layer[..., 0].astype(float).mean()


def test_strength_scales_an_amount_and_the_order_is_the_plans(picture: Picture) -> None:
    layer = picture(40, 40, 3, np.float32)
    half = engine.run(layer, Plan(steps=(Step("exposure", amount=1.0, strength=0.5),))).image
    direct = engine.run(layer, Plan(steps=(Step("exposure", amount=0.5),))).image
    assert np.array_equal(half, direct)
    one = engine.run(layer, Plan(steps=(Step("black_and_white", amount=1.0), Step("temperature", amount=0.5)))).image
    other = engine.run(layer, Plan(steps=(Step("temperature", amount=0.5), Step("black_and_white", amount=1.0)))).image
    assert np.ptp(one, axis=2).max() > 0.02
    assert np.ptp(other, axis=2).max() < 1e-3


def test_a_direction_after_a_model_is_done_to_its_result(bundle: Bundle, picture: Picture) -> None:
    layer = picture(60, 80, 3, np.float32)
    first = engine.run(layer, Plan.of("denoise"), model=bundle).image
    then = engine.run(first, Plan(steps=(Step("contrast", amount=0.4),))).image
    together = engine.run(layer, Plan(steps=(Step("denoise"), Step("contrast", amount=0.4))), model=bundle).image
    assert np.abs(together - then).max() < 4e-3


def test_an_enlargement_is_adjusted_too(bundle: Bundle, picture: Picture) -> None:
    layer = picture(32, 40, 3)
    bright = engine.run(layer, Plan(steps=(Step("denoise"), Step("exposure", amount=1.0))), model=bundle, scale=2).image
    plain = engine.run(layer, Plan(steps=(Step("denoise"),)), model=bundle, scale=2).image
    assert bright.shape == (64, 80, 3)
    assert bright.mean() > plain.mean() + 10


@pytest.mark.parametrize("place", [EYES, FACES], ids=lambda place: place.by_hand)
def test_a_place_that_only_a_hand_can_show_waits_for_a_selection(picture: Picture, place: Region) -> None:
    layer = picture(40, 40, 3)
    plan = Plan(steps=(Step("exposure", amount=1.0, region=place),))
    alone = engine.run(layer, plan)
    assert not alone.changed
    assert place.by_hand in alone.notes[0]
    mask = np.zeros((40, 40), np.float32)
    mask[10:20] = 1
    selected = engine.run(layer, plan, mask=mask)
    assert (selected.image[12:18] != layer[12:18]).mean() > 0.9
    assert np.array_equal(selected.image[20:], layer[20:])


def test_a_part_knows_its_place_in_the_whole(picture: Picture) -> None:
    whole = picture(80, 80, 3, np.float32)
    plan = Plan(steps=(Step("exposure", amount=1.0, region=Region(("bottom",))),))
    part = engine.run(whole[40:], plan, context=whole, place=Frame(0, 0.5, 1, 1)).image
    full = engine.run(whole, plan).image[40:]
    np.testing.assert_allclose(part, full, atol=2e-3)


def test_an_adjustment_can_be_cancelled(picture: Picture) -> None:
    with pytest.raises(Cancelled):
        engine.run(picture(600, 8, 3), Plan(steps=(Step("exposure", amount=1.0),)), cancel=lambda: True)
