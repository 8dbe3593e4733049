"""Profiles that are a matrix and curves, by formula: what the colour engine says, and home again."""

import imagecodecs
import numpy as np
import pytest
from PIL import ImageCms

from restored.io.matrix import Curve, Matrix, matrix_of, moved

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile(name: str) -> bytes:
    return bytes(imagecodecs.cms_profile(name))


def found(icc: bytes) -> Matrix:
    matrix = matrix_of(icc)
    assert matrix is not None
    return matrix


def colours() -> np.ndarray:
    return np.random.default_rng(3).random((3, 40, 50), dtype=np.float32)


@pytest.mark.parametrize("icc", [profile("adobergb"), profile("srgb"), SRGB])
def test_it_is_what_littlecms_says(icc: bytes) -> None:
    for one, other in ((icc, SRGB), (SRGB, icc)):
        pixels = np.ascontiguousarray(np.moveaxis(colours(), 0, -1))
        wanted = np.moveaxis(imagecodecs.cms_transform(pixels, one, other, colorspace="rgb", outcolorspace="rgb"), -1, 0)
        got = moved(colours(), found(one), found(other))
        inside = (wanted > 0.001) & (wanted <= 1)
        assert inside.mean() > 0.7
        assert np.abs(got - wanted)[inside].max() < 2e-4


def test_colours_beyond_srgb_come_home() -> None:
    wide, own = found(profile("adobergb")), found(SRGB)
    seen = moved(colours(), wide, own)
    assert seen.min() < 0, "nothing is clipped"
    np.testing.assert_allclose(moved(seen, own, wide), colours(), atol=1e-3)


def test_a_table_of_a_curve_is_followed_both_ways() -> None:
    table = Curve(table=tuple(np.linspace(0, 1, 1024) ** 2.2))
    ramp = np.linspace(0.02, 1, 77, dtype=np.float32)
    np.testing.assert_allclose(table.light(ramp), ramp**2.2, atol=1e-5)
    np.testing.assert_allclose(table.encoded(table.light(ramp)), ramp, atol=2e-4)


@pytest.mark.parametrize(
    "icc", [b"", b"not a profile", SRGB[:200], bytes(imagecodecs.cms_profile("gray", gamma=2.2)), SRGB[:-40]]
)
def test_what_is_no_matrix_is_left_to_the_engine(icc: bytes) -> None:
    matrix = matrix_of(icc)
    assert matrix is None or np.isfinite(moved(colours(), matrix, found(SRGB))).all()


def test_a_line_and_a_power_are_followed_on_both_sides_of_where_they_meet() -> None:
    curve = Curve(power=2.4, a=1 / 1.055, b=0.055 / 1.055, c=1 / 12.92, d=0.04045)
    values = np.linspace(-0.2, 1.5, 999, dtype=np.float32)
    power = ((np.maximum(values, 0).astype(np.float64) + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(curve.light(values), np.where(values >= 0.04045, power, values / 12.92), atol=1e-6)
    np.testing.assert_allclose(curve.encoded(curve.light(values)), values, atol=1e-5)
    assert abs(curve.light(np.zeros(1, np.float32))[0]) < 1e-8, "black stays black"


@pytest.mark.parametrize("f", [0.0, 0.01])
def test_a_curve_with_a_step_is_left_to_the_engine(f: float) -> None:
    assert Curve(power=2.4, a=1 / 1.055, b=0.055 / 1.055, c=1 / 12.92, d=0.04045, f=f).known == (f == 0)
