"""JPEG on the device is libjpeg's JPEG, but for rounding."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from restored_training.degradations.codec import quantisation, through_jpeg


def picture(side: int = 64) -> np.ndarray:
    """Soft blobs, an edge and some grain."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side
    base = np.stack([np.sin(7 * x + 2 * y), np.cos(5 * y), np.sin(9 * x * y)], -1) * 60 + 128
    base[:, side // 3 :] += 40
    return np.clip(base + random.normal(0, 6, base.shape), 0, 255).astype(np.uint8)


def tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255


def ours(pixels: np.ndarray, quality: int, half: bool, phase: tuple[int, int] = (0, 0)) -> np.ndarray:
    out = through_jpeg(tensor(pixels), torch.tensor([quality]), torch.tensor([half]), torch.tensor([phase]))
    return (out[0].permute(1, 2, 0).numpy() * 255).round().astype(int)


def libjpeg(pixels: np.ndarray, quality: int, half: bool) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=2 if half else 0)
    return np.asarray(Image.open(file)).astype(int)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("quality", [5, 20, 50, 85, 97])
def test_pixels_are_those_of_libjpeg(quality: int, half: bool) -> None:
    pixels = picture()
    wanted = libjpeg(pixels, quality, half)
    assert np.abs(ours(pixels, quality, half) - wanted).mean() < 0.8 + 0.1 * np.abs(wanted - pixels.astype(int)).mean()


def test_tables_are_those_of_libjpeg() -> None:
    for quality in (1, 10, 49, 50, 75, 100):
        file = io.BytesIO()
        Image.new("RGB", (16, 16)).save(file, "JPEG", quality=quality)
        written = Image.open(file).quantization  # type: ignore[attr-defined]
        tables = quantisation(torch.tensor([quality]))[0].long()
        assert tables[0].flatten().tolist() == list(written[0])
        assert tables[1].flatten().tolist() == list(written[1])


def test_the_grid_can_begin_anywhere_and_any_size_comes_back() -> None:
    pixels = picture(80)
    whole = ours(pixels, 30, True)
    part = ours(pixels[3:, 13:], 30, True, (3, 13))
    # the first cells of the cut picture hold its edge instead of what was cut away
    assert np.abs(part[13:, 3:] - whole[16:, 16:]).mean() < 1
    assert ours(pixels[:37, :51], 40, False, (15, 9)).shape == (37, 51, 3)
