"""Patches gathered on the device: each is where its window says, whichever way it was turned."""

import random

import numpy as np
import pytest
import torch

from restored_training.data.photographs import DataError
from restored_training.data.resident import Prepared, ResidentSource


def coordinates(height: int, width: int) -> np.ndarray:
    """A picture whose red is x and whose green is y, as fractions of 255."""
    x = np.linspace(0, 255, width).round().astype(np.uint8)
    y = np.linspace(0, 255, height).round().astype(np.uint8)
    return np.stack(np.broadcast_arrays(x[None], y[:, None], np.uint8(7)), axis=-1).copy()


def resident(photographs: list[np.ndarray], scales: tuple[float, ...]) -> ResidentSource:
    return ResidentSource(Prepared.of(photographs, scales))


def test_patches_windows_and_contexts_tell_the_same_place() -> None:
    source = resident([coordinates(300, 400), coordinates(256, 256)], (1.0, 0.5))
    patches, contexts, windows, sides = source.draw(64, 48, random.Random(3))
    assert patches.shape == (64, 3, 48, 48)
    assert contexts.shape == (64, 3, 64, 64)
    assert float(windows.min()) >= -1e-6
    assert float(windows.max()) <= 1 + 1e-6
    turned = 0
    for patch, context, window, side in zip(patches, contexts, windows, sides, strict=True):
        # what the context shows at the patch's window must be the patch
        left, top, right, bottom = (window * 64).round().int().tolist()
        seen = context[:2, top : max(bottom, top + 1), left : max(right, left + 1)].mean((1, 2))
        assert torch.allclose(seen, patch[:2].mean((1, 2)), atol=0.035), (window, side)
        turned += int(patch[0, :, 0].std() > patch[0, 0].std())
        size = (window[2:] - window[:2]) * side.flip(0)
        assert torch.allclose(size, torch.tensor([48.0, 48.0]), atol=0.01), "a window is exactly the patch's size"
        assert int(patch[2].mean() * 255 + 0.5) == 7
    assert 10 < turned < 54


def test_same_seed_same_patches() -> None:
    source = resident([coordinates(128, 160)], (1.0,))
    first, again, other = (source.draw(8, 32, random.Random(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_detail_is_preferred() -> None:
    """Three quarters of the picture are flat: most patches must still show texture."""
    picture = np.full((512, 512, 3), 90, np.uint8)
    picture[:256, :256] = np.random.default_rng(0).integers(0, 255, (256, 256, 3))
    patches = resident([picture], (1.0,)).draw(200, 32, random.Random(0))[0]
    textured = (patches.std((1, 2, 3)) > 0.05).float().mean()
    assert 0.55 < float(textured) < 0.97


def test_small_photographs_are_left_out_and_none_is_a_sentence() -> None:
    source = resident([coordinates(40, 40), coordinates(200, 200)], (1.0,))
    assert source.draw(20, 64, random.Random(0))[0].shape[0] == 20
    with pytest.raises(DataError, match="as large as a patch of 512"):
        source.draw(2, 512, random.Random(0))
    assert source.bytes > 200 * 200 * 3


def test_upright_photographs_are_only_mirrored() -> None:
    source = resident([coordinates(128, 160)], (1.0,))
    for patch in source.draw(40, 32, random.Random(1), upright=True)[0]:
        assert float((patch[1, -1] - patch[1, 0]).min()) > 0, "green grows downwards, as in the picture"


def test_unfit_photographs_are_not_drawn() -> None:
    dark, light = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    source = ResidentSource(Prepared.of([dark, light], (1.0, 0.5)), fit=[True, False])
    assert float(source.draw(50, 32, random.Random(0))[0].max()) == 0
