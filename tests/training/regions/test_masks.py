"""What finds places in pictures, against masks drawn by hand on photographs that it was not trained on."""

from pathlib import Path

import numpy as np
import pytest

from restored.regions import Place, sky_network
from restored_training.data.paths import shared
from restored_training.regions.masks import mask_of, measure, read
from restored_training.regions.train import HERE

MASKS = Path(__file__).parents[2] / "backend/regions/masks"
PHOTOGRAPHS = shared() / "data" / "train"


@pytest.mark.slow
@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="the photographs are not here")
@pytest.mark.parametrize(
    ("place", "least", "most"),
    [("sky", 0.77, 0.02), ("skin", 0.14, 0.25), ("text", 0.1, 0.07)],
)
def test_places_agree_with_masks_drawn_by_hand(place: Place, least: float, most: float) -> None:
    found = measure(place, read(MASKS / f"{place}.json"), PHOTOGRAPHS)
    assert found.mean >= least
    assert found.lost <= most


def test_nothing_was_trained_on_what_is_measured() -> None:
    trained = {entry["file"] for entry in read(HERE / "sky.json")}
    measured = [entry["file"] for entry in read(MASKS / "sky.json")]
    assert trained.isdisjoint(measured)
    everything = {entry["file"] for file in MASKS.glob("*.json") for entry in read(file)}
    assert len(everything) >= 60


def test_polygons_and_ellipses_are_in_thousandths() -> None:
    square = mask_of({"polygons": [[[0, 0], [500, 0], [500, 1000], [0, 1000]]]}, 10, 20)
    assert square[:, :10].all()
    assert not square[:, 12:].any()
    disc = mask_of({"ellipses": [[500, 500, 250, 250]]}, 100, 100)
    assert disc.mean() == pytest.approx(np.pi / 16, abs=0.01)


def test_a_plain_blue_sky_is_found_at_any_size() -> None:
    for height, width in ((1, 1), (9, 200), (120, 90)):
        found = sky_network.probability(np.full((height, width, 3), (0.35, 0.55, 0.9), np.float32))
        assert found.shape == (height, width)
        assert np.isfinite(found).all()
