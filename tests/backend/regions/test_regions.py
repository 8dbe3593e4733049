"""Regions: exact sides and tones, tiles that agree, sky found where a sky is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.regions import PLACES, Frame, Region, RegionError, maps, telling_apart
from restored.regions.maps import RegionMaps


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 1, (height, width, 3)).astype(np.float32)


def landscape(height: int, width: int) -> np.ndarray:
    """Blue above, textured green below."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([0.45, 0.62, 0.9], np.float32) + 0.2 * rows
    ground = np.array([0.25, 0.4, 0.15], np.float32) + 0.25 * (noise(height, width)[..., :1] - 0.5)
    return np.clip(np.where(rows < 0.5, sky, ground), 0, 1).astype(np.float32)


def weight(region: Region, picture: np.ndarray, **given) -> np.ndarray:
    return RegionMaps(picture, *picture.shape[:2], **given).weight(region, 0, 0, picture)


@settings(deadline=None)  # a loaded machine is not a failure
@given(
    st.sampled_from([place for place in PLACES if place != "contours"]),
    st.booleans(),
    st.integers(1, 40),
    st.integers(1, 60),
)
def test_a_tile_is_a_piece_of_the_whole(place, outside, top, left):
    picture = landscape(48, 64)
    maps = RegionMaps(picture, 48, 64)
    region = Region((place,), outside=outside)
    whole = maps.weight(region, 0, 0, picture)
    tile = maps.weight(region, top, left, picture[top:, left:])
    np.testing.assert_allclose(tile, whole[top:, left:], atol=1e-6)
    assert whole.dtype == np.float32
    assert whole.min() >= 0
    assert whole.max() <= 1


def test_sides_are_halves():
    picture = noise(40, 100)
    left, right = weight(Region(("left",)), picture), weight(Region(("right",)), picture)
    assert (left[:, :49] == 1).all()
    assert (left[:, 51:] == 0).all()
    np.testing.assert_allclose(left + right, 1, atol=1e-6)
    top = weight(Region(("top",)), picture)
    assert (top[:19] == 1).all()
    assert (top[21:] == 0).all()
    corner = weight(Region(("left", "top"), both=True), picture)
    np.testing.assert_array_equal(corner, np.minimum(left, top))


def test_tones_are_ranges_of_brightness():
    ramp = np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[None, :, None], 3, axis=2)
    dark, middle, bright = (weight(Region((place,)), ramp)[0] for place in ("shadows", "midtones", "highlights"))
    assert (dark[:22] == 1).all()
    assert (dark[45:] == 0).all()
    assert (bright[:55] == 0).all()
    assert (bright[78:] == 1).all()
    assert middle[50] == 1
    assert middle[0] == middle[-1] == 0


def test_everywhere_but_there_is_the_rest():
    picture = landscape(60, 80)
    inside, outside = weight(Region(("sky",)), picture), weight(Region(("sky",), outside=True), picture)
    np.testing.assert_allclose(inside + outside, 1, atol=1e-6)


def test_a_sky_is_found_and_a_wall_of_noise_is_none():
    found = weight(Region(("sky",)), landscape(120, 160))
    assert found[:55].mean() > 0.95
    assert found[66:].mean() < 0.05
    assert weight(Region(("sky",)), noise(64, 64)).max() == 0


def test_skin_of_light_and_dark_tone_and_no_grass():
    tones = {"light": (0.86, 0.68, 0.58), "dark": (0.36, 0.24, 0.18), "grass": (0.3, 0.45, 0.2), "gray": (0.5, 0.5, 0.5)}
    picture = np.concatenate([np.full((40, 40, 3), tone, np.float32) for tone in tones.values()], axis=1)
    found = weight(Region(("skin",)), picture)[20]
    means = [found[i * 40 + 10 : i * 40 + 30].mean() for i in range(4)]
    assert means[0] > 0.9
    assert means[1] > 0.9
    assert means[2] < 0.1
    assert means[3] < 0.1


def test_a_part_knows_where_it_lies():
    whole = landscape(60, 80)
    part = RegionMaps(whole, 30, 80, Frame(0.0, 0.5, 1.0, 1.0)).weight(Region(("bottom",)), 0, 0, whole[30:])
    assert (part[2:] == 1).all()


@pytest.mark.parametrize("data", [{"places": ["moon"]}, {"places": "sky"}, {"places": []}, {"places": ["sky"], "feather": 7}, 3])
def test_a_region_that_cannot_be_meant_is_refused_with_a_sentence(data):
    with pytest.raises(RegionError, match=r"\.$"):
        Region.from_dict(data)


def test_there_and_back():
    region = Region(("sky", "left"), outside=True, threshold=0.4, feather=0.1)
    assert Region.from_dict({**region.to_dict(), "later": 1}) == region
    assert Region(("sky",), outside=True).label == "not the sky"


def test_a_sky_that_was_found_too_small_leaves_no_rim_at_what_stands_before_it(monkeypatch) -> None:
    """Found on a fourth of the size, two of its pixels (eight of the picture's) short of a tower as bright as the sky."""
    height, width, noise = 480, 640, np.random.default_rng(0).normal(0, 0.01, (480, 640, 1))
    picture = np.tile(np.array([0.3, 0.5, 0.85], np.float32), (height, width, 1))
    picture[:, 320:] = [0.75, 0.5, 0.4]
    picture = (picture + noise).astype(np.float32)
    small = picture.reshape(120, 4, 160, 4, 3).mean(axis=(1, 3))
    found = np.zeros((120, 160), np.float32)
    found[:, :78] = 1
    monkeypatch.setitem(maps.FINDERS, "sky", lambda image: found)
    weight = RegionMaps(small, height, width).prepare(Region(("sky",))).weight(Region(("sky",)), 0, 0, picture)
    assert weight[:, :316].min() > 0.9
    assert weight[:, 324:].max() < 0.1


def test_a_thin_strip_of_sky_below_an_awning_is_sky(monkeypatch) -> None:
    """Found on a fourth of the size, where the strip is a pixel between two darker ones."""
    height, width, noise = 480, 640, np.random.default_rng(0).normal(0, 0.01, (480, 640, 1))
    picture = np.tile(np.array([0.65, 0.8, 0.98], np.float32), (height, width, 1))
    picture[:160] = 0.06
    picture[166:168] = 0.05
    picture = np.clip(picture + noise, 0, 1).astype(np.float32)
    small = picture.reshape(120, 4, 160, 4, 3).mean(axis=(1, 3))
    found = np.zeros((120, 160), np.float32)
    found[42:] = 1
    monkeypatch.setitem(maps.FINDERS, "sky", lambda image: found)
    weight = RegionMaps(small, height, width).prepare(Region(("sky",))).weight(Region(("sky",)), 0, 0, picture)
    assert weight[161:165].mean() > 0.7
    assert weight[:158].max() < 0.1
    assert weight[172:].min() > 0.9


def test_colours_say_where_a_place_ends() -> None:
    """A judge of areas, unsure over a roof as pale as the sky is bright, and short of the sky beside it."""
    rows = np.linspace(0, 0.15, 90, dtype=np.float32)[:, None, None]
    picture = np.broadcast_to(np.array([0.6, 0.75, 0.95], np.float32) + rows, (90, 120, 3)).copy()
    picture[50:, :60] = [0.5, 0.42, 0.38]
    picture[60:] = [0.3, 0.35, 0.25]
    picture += np.random.default_rng(1).normal(0, 0.01, picture.shape).astype(np.float32)
    found = np.zeros((90, 120), np.float32)
    found[:48] = 1
    found[50:60, :60] = 0.6
    found[48:60, 60:] = 0.45
    told = telling_apart.told_apart(np.clip(picture, 0, 1), found)
    assert told[:46].min() > 0.9
    assert told[52:58, 5:55].max() < 0.5 < told[48, 70:].min(), "the roof is none, and the sky goes on"
    assert told[66:].max() < 0.1
    for nothing in (np.zeros_like(found), np.ones_like(found)):
        assert np.array_equal(telling_apart.told_apart(picture, nothing), nothing)
