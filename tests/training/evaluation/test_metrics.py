"""Figures of merit against values known from elsewhere."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from restored_training.evaluation.metrics import crop_to, delta_e, flip, luma, psnr, ssim


def test_psnr_is_scikit_images() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 256, (30, 40, 3), dtype=np.uint8) for _ in range(2))
    assert psnr(a, b) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9)
    assert psnr(a, a) == 100


def test_luma_is_matlabs() -> None:
    corners = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0]]], np.uint8)
    assert luma(corners)[0] == pytest.approx([16.0, 235.0, 81.481])


def test_ssim_and_delta_e_at_their_ends() -> None:
    a = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert ssim(a, a) == pytest.approx(1)
    assert delta_e(a, a) == pytest.approx(0, abs=1e-6)
    black, white = np.zeros((16, 16, 3), np.uint8), np.full((16, 16, 3), 255, np.uint8)
    assert delta_e(black, white) == pytest.approx(100, abs=0.1)


def test_flip_is_nothing_for_equals_grows_with_noise_and_sees_what_an_eye_sees() -> None:
    rng = np.random.default_rng(0)
    a = np.kron(rng.integers(60, 190, (8, 8, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    noise = rng.normal(0, 1, a.shape)
    weak, strong = ((a + s * noise).clip(0, 255).astype(np.uint8) for s in (4, 20))
    assert flip(a, a) == 0
    assert 0 < flip(weak, a) < flip(strong, a) < 1
    # the same error to PSNR: pixel-fine noise is averaged by the eye, a cast over the whole is not
    cast = (a.astype(float) + np.where(np.arange(3) == 0, 1, -1) * (a.astype(float) - strong).std()).clip(0, 255).astype(np.uint8)
    assert abs(psnr(cast, a) - psnr(strong, a)) < 1
    assert flip(cast, a) > flip(strong, a)


def test_crop_is_airnets() -> None:
    image = np.arange(321 * 481).reshape(321, 481)
    cut = crop_to(image, 16)
    assert cut.shape == (320, 480)
    assert cut[0, 0] == image[0, 0], "one row and column too many: cut at the far end"
    assert crop_to(image[:320, :477], 16).shape == (320, 464)
    assert crop_to(image[:320, :477], 16)[0, 0] == image[0, 6]
