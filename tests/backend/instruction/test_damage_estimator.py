"""The estimator: plain damage is proposed, a fine picture is left alone, and it is always called a proposal."""

import numpy as np
import pytest

from restored.instruction import damage_estimator, explain, measures, outcomes


def scene(size=256, seed=0):
    """A synthetic picture with edges, gradients and texture, in [0, 1]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    base = np.stack([0.25 + 0.5 * y, 0.45 + 0.2 * np.sin(6 * x), 0.6 - 0.3 * y], axis=-1)
    for _ in range(60):
        cy, cx, r = rng.random(), rng.random(), rng.uniform(0.02, 0.12)
        base[(y - cy) ** 2 + (x - cx) ** 2 < r * r] = rng.uniform(0.02, 0.98, 3)
    return np.clip(base, 0, 1).astype(np.float32)


def noisy(image):
    return np.clip(image + np.random.default_rng(1).normal(0, 0.12, image.shape), 0, 1).astype(np.float32)


def dark(image):
    return (image**3 * 0.15).astype(np.float32)


@pytest.mark.parametrize(("damage", "task"), [(noisy, "denoise"), (dark, "lowlight")])
def test_plain_damage_is_seen(damage, task):
    image = damage(scene())
    plan = explain("fix my photo", image, image)
    assert task in [step.task for step in plan.steps]
    assert plan.proposed
    assert "propose" in plan.message
    assert all(step.words == "" for step in plan.steps)


def test_what_was_excluded_is_not_proposed():
    image = dark(scene())
    plan = explain("fix my photo but keep it dark", image, image)
    assert "lowlight" not in [step.task for step in plan.steps]


def test_a_named_wish_does_not_look_at_the_picture():
    image = dark(scene())
    plan = explain("remove the noise", image, image)
    assert [step.task for step in plan.steps] == ["denoise"]
    assert not plan.proposed


def test_no_picture_asks_for_a_name():
    plan = explain("fix my photo")
    assert (plan.steps, plan.reason, plan.proposed) == ((), "not_understood", False)
    assert "name" in plan.message


def test_noise_level_follows_the_noise():
    image = scene()
    levels = [
        measures.noise_levels(np.clip(image + np.random.default_rng(0).normal(0, s, image.shape), 0, 1))[0]
        for s in (0.01, 0.03, 0.1)
    ]
    assert levels == sorted(levels)
    # the median of |N(0, s)| over 0.6745 is s
    assert np.exp(levels[2]) == pytest.approx(0.1 * 0.67, rel=0.25)


def test_blocks_show_on_the_grid():
    image = scene() @ measures.LUMA
    blocky = np.kron(image[::8, ::8], np.ones((8, 8)))
    assert measures.blockiness(blocky)[0] > measures.blockiness(image)[0] + 0.5


def rainy(image, slant=0.25, lift=0.5):
    """Thin white streaks, all leaning the same way."""
    out = image.copy()
    rng = np.random.default_rng(3)
    for _ in range(500):
        y, x, length = rng.integers(0, 256), rng.integers(0, 256), rng.integers(12, 40)
        rows = np.arange(y, min(256, y + length))
        columns = (x + slant * (rows - y)).astype(int) % 256
        out[rows, columns] += lift * (1 - out[rows, columns])
    return out


def snowy(image):
    """Small round white flakes."""
    out = image.copy()
    rng = np.random.default_rng(4)
    for _ in range(300):
        y, x, r = rng.integers(3, 253), rng.integers(3, 253), rng.integers(1, 3)
        out[y - r : y + r + 1, x - r : x + r + 1] = 0.95
    return out


def test_streaks_are_bright_lines_that_run_one_way():
    clear, wet = (measures.lines(image) for image in (scene(), rainy(scene())))
    tail, commonest, lean = 3, 4, 7
    assert wet[tail] > clear[tail] + 0.2
    assert wet[commonest] > clear[commonest] + 0.2
    # the direction across upright streaks is level
    assert abs(wet[lean]) > 0.8


def test_flakes_are_small_bright_things_without_colour():
    clear, white = (measures.flecks(image) for image in (scene(), snowy(scene())))
    saturation, lightness = 2, 3
    assert white[saturation] < clear[saturation] - 0.1
    assert white[lightness] > clear[lightness] + 0.2


@pytest.mark.parametrize("size", [1, 3, 5, 7, 13])
def test_running_minimum_and_maximum(size):
    plane = np.random.default_rng(0).random((20, 17))
    padded = np.pad(plane, size // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    assert np.array_equal(measures._filtered(plane, size, np.minimum), windows.min(axis=(2, 3)))
    assert np.array_equal(measures._filtered(plane, size, np.maximum), windows.max(axis=(2, 3)))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500), (300, 2, 4), (64, 64, 2)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.float16, np.float32])
def test_any_shape_and_depth_can_be_measured(shape, dtype):
    image = np.ones(shape, dtype)
    assert np.isfinite(measures.measure(image, image)).all()


def test_nothing_to_look_at():
    assert damage_estimator.estimate(None) == {}
    assert damage_estimator.estimate(np.zeros((0, 4, 3), np.float32)) == {}


def test_a_proposal_names_the_worst_few_with_amounts():
    rng = np.random.default_rng(4)
    scene = np.kron(rng.random((16, 16, 3)), np.ones((16, 16, 1))).astype(np.float32) * 0.12
    noisy = np.clip(scene + rng.normal(0, 0.06, scene.shape), 0, 1).astype(np.float32)
    plan = explain("fix my photo", noisy, noisy)
    assert plan.proposed
    assert 1 <= len(plan.steps) <= damage_estimator.MAX_STEPS
    assert "of 255" in plan.message or "stops" in plan.message


def test_what_is_seen_beyond_the_worst_few_is_named_too():
    said = outcomes.proposal(("denoise", "lowlight", "dehaze", "enhance"), {"denoise": "about 9 of 255"}, 3)
    assert "noise (about 9 of 255)" in said
    assert "I also see: weak colours or contrast." in said


def test_amounts_are_near_what_was_done():
    rng = np.random.default_rng(5)
    flat = np.full((128, 128, 3), 0.5, np.float32)
    for sigma in (5, 15, 30):
        noisy = flat + rng.normal(0, sigma / 255, flat.shape).astype(np.float32)
        # of brightness: three channels of independent noise average to 0.67 of it
        words = damage_estimator.amounts(damage_estimator.measured(flat, noisy))["denoise"]
        assert abs(float(words.split()[1]) - 0.67 * sigma) < 0.2 * sigma + 1
    dark = damage_estimator.measured(np.full((64, 64, 3), 0.2, np.float32))
    assert damage_estimator.amounts(dark)["lowlight"].startswith("about 2.6")
