"""The grain that is put back is the picture's own kind, and none is invented."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from restored.filling import grain


def squares(picture: np.ndarray) -> np.ndarray:
    side = grain.BLOCK
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    cut = picture[: rows * side, : columns * side].reshape(rows, side, columns, side, -1)
    return cut.transpose(0, 2, 1, 3, 4).reshape(-1, side, side, picture.shape[2]).astype(np.float32)


def made(found: grain.Grain, channels: int = 3, deep: int = 5) -> np.ndarray:
    rows, columns = np.divmod(np.arange(120 * 120), 120)
    colours = np.full((rows.size, channels), 0.5, np.float32)
    return found.at(rows, columns, colours, np.full(rows.size, deep, np.uint8)).reshape(120, 120, channels)


@pytest.mark.parametrize("blur", [0.0, 0.55, 0.9])
@pytest.mark.parametrize("strength", [2, 9])
def test_it_is_as_strong_and_as_fine(blur: float, strength: float) -> None:
    noise = gaussian_filter(np.random.default_rng(0).normal(size=(400, 400, 3)), (blur, blur, 0))
    found = grain.measure(squares(0.5 + noise / noise.std() * strength / 255))
    assert found is not None
    put = made(found)
    assert put.std() * 255 == pytest.approx(strength, rel=0.15)
    lag = lambda x: float((x[:, 1:] * x[:, :-1]).mean() / x.var())  # noqa: E731
    assert lag(put) == pytest.approx(lag(noise), abs=0.06)


def test_a_clean_picture_gets_none() -> None:
    y, x = np.mgrid[:300, :300]
    picture = np.repeat((0.5 + 0.4 * np.sin(x / 31) * np.cos(y / 23))[..., None], 3, axis=2)
    assert grain.measure(squares(picture)) is None
    assert grain.measure(squares(np.zeros((24, 24, 3)))) is None


def test_gray_grain_is_gray_and_beside_the_known_there_is_none() -> None:
    noise = np.repeat(np.random.default_rng(1).normal(0, 5 / 255, (300, 300, 1)), 3, axis=2)
    found = grain.measure(squares(0.5 + noise))
    assert found is not None
    put = made(found)
    assert np.abs(put[..., 0] - put[..., 1]).max() < 0.1 / 255
    assert np.abs(made(found, deep=0)).max() == 0


def test_the_same_place_has_the_same_grain() -> None:
    noise = np.random.default_rng(2).normal(0, 5 / 255, (300, 300, 3))
    found = grain.measure(squares(0.5 + noise))
    assert found is not None
    whole = made(found)
    part = found.at(np.array([7, 50]), np.array([9, 3]), np.full((2, 3), 0.5, np.float32), np.array([5, 5], np.uint8))
    assert (part == whole[[7, 50], [9, 3]]).all()
