"""Coarse to fine in a job: the same numbers as the network's own, tiled or whole, for any size, with progress and cancel."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from restored import engine
from restored.engine.picture import physics
from restored.engine.picture.context import thumbnail
from restored.engine.picture.pixels import Box
from restored.engine.picture.source import LayerSource
from restored.engine.work.coarse import Guess, reduce
from restored.ground.errors import Cancelled
from restored.instruction.plan import Plan
from restored.models.base import Request, Window
from restored.models.bundle import Bundle
from restored.models.coarse import SMALLEST, descend, unit, usable
from restored.models.swift import Swift

PLAN = Plan.of("deblur")
Picture = Callable[..., np.ndarray]


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([2, 3, 6]))
def test_the_reduced_picture_is_the_mean_of_the_pixels_there_are(height: int, width: int, factor: int) -> None:
    layer = np.random.default_rng(height * 61 + width).random((height, width, 3), np.float32)
    small = reduce(LayerSource(layer), factor).layer
    assert small.shape == (-(-height // factor), -(-width // factor), 3)
    for row, column in ((0, 0), (small.shape[0] - 1, small.shape[1] - 1)):
        block = layer[row * factor : (row + 1) * factor, column * factor : (column + 1) * factor]
        assert np.allclose(small[row, column], block.mean((0, 1)), atol=1e-5)


def test_a_large_picture_is_reduced_in_strips_as_at_once() -> None:
    layer = np.random.default_rng(0).random((1030, 40, 3), np.float32)
    wanted = F.avg_pool2d(torch.from_numpy(layer).permute(2, 0, 1)[None], 6, ceil_mode=True, count_include_pad=False)[0]
    assert np.allclose(reduce(LayerSource(layer), 6).layer, wanted.permute(1, 2, 0).numpy(), atol=1e-6)


@given(st.data(), st.integers(2, 40), st.integers(2, 40), st.sampled_from([2, 3]))
def test_a_guess_read_in_pieces_is_the_whole_guess_enlarged(data: st.DataObject, height: int, width: int, ratio: int) -> None:
    rows, columns = -(-height // ratio), -(-width // ratio)
    correction = np.random.default_rng(height * 41 + width).normal(size=(3, rows, columns)).astype(np.float32)
    whole = F.interpolate(torch.from_numpy(correction)[None], scale_factor=ratio, mode="bilinear")[..., :height, :width].numpy()
    guess = Guess(correction.transpose(1, 2, 0), ratio, height, width, "mirror")
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top + 1, height)), data.draw(st.integers(left + 1, width))
    assert np.allclose(guess.read(Box(top, left, bottom, right)), whole[..., top:bottom, left:right], atol=1e-5)
    beyond = guess.read(Box(-1, -1, height + 1, width + 1))[0]
    assert np.allclose(beyond, np.pad(whole[0], ((0, 0), (1, 1), (1, 1)), mode="reflect"), atol=1e-5)


def test_a_small_picture_is_not_reduced_to_nothing() -> None:
    assert usable((6, 2), 6 * SMALLEST, 5000) == (6, 2)
    assert usable((6, 2), 6 * SMALLEST - 1, 5000) == (2,)
    assert usable((6, 2), 1, 5000) == ()


@pytest.mark.slow
def test_a_job_gives_the_networks_own_numbers(descending: Bundle, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The margin apart: what lies beyond the picture is continued at every scale, so only the middle is compared. Random weights
    move every mean, which the physics would take back."""
    monkeypatch.setattr(physics, "MOVED", 10.0)
    layer = picture(192, 288, 3, np.float32)
    model = descending.model
    assert isinstance(model, Swift)
    context = torch.from_numpy(thumbnail(LayerSource(layer))).permute(2, 0, 1)[None]
    conditioned = model.condition(Request(PLAN, None, context))
    cell = unit(model.stride, (6, 2))
    tile = torch.from_numpy(np.pad(layer, ((cell, cell), (cell, cell), (0, 0)), mode="reflect")).permute(2, 0, 1)[None]
    place = Window(-cell / 288, -cell / 192, 1 + cell / 288, 1 + cell / 192)
    *_, (_, wanted) = descend(tile, (6, 2), lambda small, guess: conditioned.forward(small, place, guess))
    *_, (_, alone) = descend(tile, (), lambda small, guess: conditioned.forward(small, place, guess))
    inside = (slice(48, -48), slice(48, -48))
    own, once = (out[0, :, cell:-cell, cell:-cell].clamp(0, 1).permute(1, 2, 0).numpy()[inside] for out in (wanted, alone))
    job = engine.run(layer, PLAN, model=descending).image[inside]
    assert np.abs(job - own).mean() < 0.05 * np.abs(job - once).mean(), "the coarse scales have their say"


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(401, 515), (97, 1203)])
def test_tiles_agree_with_the_whole(descending: Bundle, picture: Picture, shape: tuple[int, int]) -> None:
    layer = picture(*shape, 3, np.float32)
    whole = engine.run(layer, PLAN, model=descending, tile_side=4096).image
    tiled = engine.run(layer, PLAN, model=descending, tile_side=96)
    assert tiled.tiles > 8
    assert np.abs(tiled.image - whole).max() < 1 / 255


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (31, 63), (64, 65), (191, 193)])
def test_any_size_comes_back(descending: Bundle, picture: Picture, shape: tuple[int, int]) -> None:
    layer = picture(*shape, 4)
    result = engine.run(layer, PLAN, model=descending)
    assert result.image.shape == layer.shape
    assert result.changed


@pytest.mark.slow
def test_blur_after_another_step_is_treated_on_that_steps_result(descending: Bundle, picture: Picture) -> None:
    layer = picture(200, 210, 3, np.float32)
    first = engine.run(layer, Plan.of("denoise"), model=descending).image
    frame = thumbnail(LayerSource(layer))
    then = engine.run(first, PLAN, model=descending, context=frame).image
    together = engine.run(layer, Plan.of("denoise", "deblur"), model=descending).image
    assert np.abs(together - then).max() < 2e-3


@pytest.mark.slow
def test_progress_never_falls_and_ends_at_one(descending: Bundle, picture: Picture) -> None:
    seen: list[float] = []
    engine.run(
        picture(300, 300, 3), Plan.of("denoise", "deblur"), model=descending, tile_side=128,
        progress=lambda fraction, words, preview: seen.append(fraction),
    )  # fmt: skip
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_the_coarse_scales_can_be_cancelled(descending: Bundle, picture: Picture) -> None:
    begun: list[float] = []
    with pytest.raises(Cancelled):
        engine.run(
            picture(800, 800, 3), PLAN, model=descending, tile_side=64,
            progress=lambda fraction, words, preview: begun.append(fraction), cancel=lambda: len(begun) > 3,
        )  # fmt: skip
    assert begun[-1] < 0.5


def test_a_picture_without_colour_to_see_stays(descending: Bundle) -> None:
    layer = np.full((256, 256, 3), np.nan, np.float32)
    layer[100:140] = 0.4
    result = engine.run(layer, PLAN, model=descending).image
    assert np.isnan(result[:100]).all()
    assert np.isfinite(result[100:140]).all()
