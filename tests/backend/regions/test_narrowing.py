"""Regions of two conditions."""

import numpy as np
import pytest

from restored.regions import Region
from restored.regions.maps import RegionMaps
from restored.regions.narrowing import conditions, cut, narrowed, turned

LEFT, RIGHT, TOP = Region(("left",)), Region(("right",)), Region(("top",))
NOT_SKY = Region(("sky",), outside=True)
PICTURE = np.full((20, 40, 3), 0.5, np.float32)


def weights(region: Region | None) -> np.ndarray:
    return np.ones((20, 40)) if region is None else RegionMaps(PICTURE, 20, 40).prepare(region).weight(region, 0, 0, PICTURE)


@pytest.mark.parametrize(
    ("region", "said", "label"),
    [
        (None, LEFT, "only the left side"),
        (NOT_SKY, LEFT, "not the sky, only the left side"),
        (LEFT, NOT_SKY, "only the left side, not the sky"),
        (LEFT, RIGHT, "only the right side"),
        (NOT_SKY, Region(("sky",)), "only the sky"),
        (NOT_SKY, Region(("text",), outside=True), "not the sky, text"),
        (Region(("marks",)), NOT_SKY, "only the marks that I find, not the sky"),
    ],
)
def test_a_further_place(region, said, label) -> None:
    found = narrowed(region, said)
    assert found is not None
    assert found.label == label
    assert Region.from_dict(found.to_dict()) == found


def test_where_both_hold() -> None:
    both = narrowed(Region(("top",), outside=True), LEFT)
    assert np.allclose(weights(both), weights(LEFT) * (1 - weights(TOP)))
    assert 0 < weights(both).mean() < weights(LEFT).mean()


def test_what_a_hand_has_to_show_comes_first() -> None:
    dog = Region(by_hand="dog")
    for one, other in ((dog, NOT_SKY), (NOT_SKY, dog)):
        found = narrowed(one, other)
        assert found is not None
        assert found.by_hand == "dog"
        assert len(conditions(found)) == 2


@pytest.mark.parametrize("region", [None, TOP, Region(("sky",), outside=True), LEFT, RIGHT, narrowed(NOT_SKY, TOP)])
def test_a_region_cut_in_two_is_the_whole_of_it(region) -> None:
    there, elsewhere = cut(region, LEFT)
    assert sum((weights(part) for part in (*there, *elsewhere)), np.zeros((20, 40))) == pytest.approx(weights(region), abs=1e-6)


def test_all_but_a_side_is_the_other() -> None:
    assert turned(LEFT) == RIGHT
    assert turned(Region(("sky",))) == NOT_SKY
    assert turned(NOT_SKY) == Region(("sky",))
