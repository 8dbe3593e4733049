"""Enlargements: what is done before one, what after it, and what does not fit."""

from collections.abc import Callable

import numpy as np
import pytest

from restored import engine
from restored.engine.picture.enlarge import enlarge
from restored.ground.errors import EngineError
from restored.instruction.plan import Plan, Step
from restored.models.bundle import Bundle

Picture = Callable[..., np.ndarray]


def test_what_cannot_fit_is_refused_with_numbers(bundle: Bundle, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restored.engine.work.staged.free_memory", lambda: 1000)
    with pytest.raises(EngineError, match="GiB"):
        engine.run(picture(100, 100, 3), Plan.of("denoise"), model=bundle)


def test_a_larger_picture_asks_for_detail_unless_excluded(bundle: Bundle, picture: Picture) -> None:
    layer = picture(9, 9, 3)
    tasks = [step.task for step in engine.run(layer, Plan.of("denoise"), model=bundle, scale=2).plan.steps]
    assert tasks == ["denoise", "superres"]
    without = Plan(steps=(Step("denoise"),), excluded=("superres",))
    assert engine.run(layer, without, model=bundle, scale=2).plan == without


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 4])
def test_an_enlargement_is_restored_first_and_given_detail_after(bundle: Bundle, picture: Picture, channels: int) -> None:
    layer = picture(40, 50, channels, np.float32)
    both = engine.run(layer, Plan.of("denoise", "superres"), model=bundle, scale=2).image
    first = engine.run(layer, Plan.of("denoise"), model=bundle).image
    second = engine.run(enlarge(first, 2), Plan.of("superres"), model=bundle, context=first).image
    bases = np.stack([enlarge(layer, 2), enlarge(first, 2)])
    inside = ((bases >= 0) & (bases <= 1)).all(0)  # beyond, each keeps its own distance
    assert np.abs(both - second)[inside].max() < 2e-3
    layer[5, 5] = np.nan
    lost = np.isnan(engine.run(layer, Plan.of("denoise", "superres"), model=bundle, scale=2).image)
    assert np.array_equal(lost, np.isnan(enlarge(layer, 2)))
