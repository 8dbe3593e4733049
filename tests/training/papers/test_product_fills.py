"""What the product makes of Table 8's holes: nothing of what was hidden is seen by it, and the claim is about the large ones."""

from typing import Any

import numpy as np
import pytest
import torch

from restored_training.papers.crop_archive import Crops
from restored_training.papers.diffusion import SIDE, kept_out, measured_holes
from restored_training.papers.diffusion_unet import UNet
from restored_training.papers.judging import judge, read_claims
from restored_training.papers.product_fills import product_fills
from restored_training.papers.stacked import stack


def test_what_was_hidden_is_not_shown_and_the_rest_counts_for_nothing(crops: Crops) -> None:
    def gray(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
        assert not picture[hole].any()
        return np.full_like(picture, 128)

    found = product_fills(crops, gray)
    clean, (mask, _) = kept_out(crops), measured_holes(len(crops.names), 0)
    assert torch.equal(found.mask, mask)
    assert torch.equal(found.result[mask.expand_as(clean) == 0], clean[mask.expand_as(clean) == 0])
    said = found.to_dict()
    assert said["hidden"] == pytest.approx(mask.mean((1, 2, 3)).tolist(), abs=1e-4)
    inside = mask[0, 0] > 0
    error = (clean[0][:, inside] - 128 / 255).square().mean()
    assert said["psnr"][0] == pytest.approx(float(-10 * error.log10()), abs=0.01)


@pytest.mark.slow
def test_the_sheet_shows_what_was_filled_and_what_was_sampled(crops: Crops) -> None:
    found = product_fills(crops, lambda picture, hole: picture)
    net = UNet()
    tensors = stack([{**net.init(seed), **net.factors(seed, 2, 2)} for seed in (0, 1)], "cpu")
    shown = int((found.mask.mean((1, 2, 3)) >= 0.25).sum())
    sheet = found.sheet(tensors)
    assert sheet.width > 5 * 3 * SIDE
    assert sheet.height == shown * (3 * SIDE + 20)


def test_only_large_holes_decide() -> None:
    claim = next(claim for claim in read_claims()[1] if claim.get("kind") == "fills")
    samples: dict[str, Any] = {
        "experiment": "diffusion",
        "pictures": list("abcd"),
        "psnr": {"synchronous/inpainting": [[20.0] * 4] * 3},
    }
    product = {"pictures": list("abcd"), "hidden": [0.3, 0.4, 0.1, 0.2], "psnr": [19.0, 19.0, 25.0, 25.0]}
    found = judge(claim, {"diffusion": samples, "fills": product})
    assert found.verdict == "supported"
    assert "2 of 4 holes; in the smaller ones -5.00" in found.facts
    assert judge(claim, {"diffusion": samples}).verdict is None
    other = {**product, "pictures": list("abce")}
    assert judge(claim, {"diffusion": samples, "fills": other}).verdict is None, "other pictures are no comparison"
