"""Small pictures of results: of any form and size, true to the mean colour, readable as PNG."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from restored_client.desk.thumbnail import BEHIND, SIDE, png, thumbnail
from restored_client.wire.limits import DEPTHS
from restored_client.wire.pixels import Pixels

TYPES = {"u8": "u1", "u16": "<u2", "u32": "<u4", "f16": "<f2", "f32": "<f4"}


def pixels(values: np.ndarray, depth: str) -> Pixels:
    """HxWxC in [0, 1] at a depth of the wire."""
    kind = np.dtype(TYPES[depth])
    data = values if kind.kind == "f" else np.round(values * np.iinfo(kind).max)
    return Pixels(values.shape[1], values.shape[0], values.shape[2], depth, data.astype(kind).tobytes())


def array(small: Pixels) -> np.ndarray:
    return np.frombuffer(small.data, "u1").reshape(small.height, small.width, 3)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 4), st.sampled_from(sorted(DEPTHS)))
def test_any_form_and_size(width, height, channels, depth) -> None:
    values = np.full((height, width, channels), 0.25)
    if channels in (2, 4):
        values[..., -1] = 1.0
    small = thumbnail(pixels(values, depth))
    assert max(small.width, small.height) == min(SIDE, max(width, height))
    assert (small.channels, small.depth) == (3, "u8")
    assert np.abs(array(small).astype(int) - 64).max() <= 1


def test_it_looks_like_the_picture() -> None:
    y, x = np.mgrid[0:300, 0:500] / 500
    values = np.stack([x, y, 1 - x], -1)
    found = array(thumbnail(pixels(values, "u8")))
    wanted = np.asarray(Image.fromarray(np.uint8(values * 255)).resize((96, 57), Image.Resampling.BOX))
    assert np.abs(found.astype(int) - wanted).max() <= 4


def test_what_is_transparent_shows_a_gray_and_no_colour_of_its_own() -> None:
    values = np.zeros((40, 40, 4))
    values[..., 0] = 1.0
    values[:, 20:, 3] = 1.0
    found = array(thumbnail(pixels(values, "u16")))
    assert (found[:, :20] == BEHIND).all()
    assert (found[:, 20:] == (255, 0, 0)).all()


@pytest.mark.parametrize("depth", ["f16", "f32"])
def test_light_beyond_white_and_no_numbers(depth) -> None:
    values = np.array([[[4.0, -1.0, np.nan]]])
    assert array(thumbnail(pixels(values, depth))).tolist() == [[[255, 0, 0]]]


def test_as_a_file_it_is_the_same() -> None:
    small = thumbnail(pixels(np.random.default_rng(0).random((70, 90, 3)), "u8"))
    opened = Image.open(io.BytesIO(png(small)))
    assert opened.mode == "RGB"
    assert (np.asarray(opened) == array(small)).all()
