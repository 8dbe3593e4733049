"""The physics on the pictures that people's complaints were made into (shared/cases), with the weights that ship."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored import engine
from restored.instruction.plan import Plan
from restored.instruction.tasks import TASKS

CASES = Path(os.environ.get("RESTORED_SHARED", Path(__file__).parents[4] / "shared")) / "cases"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CASES.is_dir(), reason="the shared folder is not here")]


def case(name: str) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(Image.open(CASES / name).convert("RGB")))


@pytest.mark.parametrize("task", ["denoise", "deblur", "dejpeg", "superres", "derain", "desnow"])
def test_a_dither_keeps_its_light(task: str) -> None:
    layer = case("dithered-1bit.png")
    for side in (None, 160):
        result = engine.run(layer, Plan.of(task), tile_side=side).image
        assert abs(result.mean() - layer.mean()) < 2


@pytest.mark.parametrize("task", TASKS)
def test_gray_as_colour_stays_gray(task: str) -> None:
    assert np.ptp(engine.run(case("bw-as-rgb-dark.png"), Plan.of(task)).image, axis=2).max() == 0


def test_paper_stays_neutral() -> None:
    page = case("paper-scan.png")
    result = engine.run(page, Plan.of("enhance")).image.astype(int)
    assert np.ptp(result[(page == 250).all(axis=2)], axis=1).max() <= 1
