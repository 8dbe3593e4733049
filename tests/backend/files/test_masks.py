"""A mask in a recipe comes back as it was, and a damaged one is a sentence."""

import base64

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.files.masks import packed, unpacked
from restored.io import PictureError


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([np.uint8, np.uint16]), st.integers(0, 3))
def test_the_same_mask_however_it_lies_in_memory(height: int, width: int, dtype: type, turns: int) -> None:
    mask = np.rot90(np.random.default_rng(height).integers(0, 255, (height, width)).astype(dtype), turns)
    text = packed(mask)
    assert text is not None
    np.testing.assert_array_equal(unpacked(text, mask.shape[1], mask.shape[0]), mask)


def test_a_mask_too_detailed_for_a_recipe_is_none() -> None:
    assert packed(np.random.default_rng(0).integers(0, 255, (1000, 1000)).astype(np.uint8)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no Base64!",
        base64.b64encode(b"no PNG").decode(),
        base64.b64encode(bytes(imagecodecs.png_encode(np.zeros((4, 4, 3), np.uint8)))).decode(),
        base64.b64encode(bytes(imagecodecs.png_encode(np.zeros((4, 4), np.uint8)))[:40]).decode(),
    ],
)
def test_a_damaged_mask_is_a_sentence(text: str) -> None:
    with pytest.raises(PictureError, match="damaged"):
        unpacked(text, 4, 4)


def test_a_mask_that_says_it_is_huge_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(imagecodecs.png_encode(np.zeros((4, 4), np.uint8)))
    data[16:24] = (1 << 30).to_bytes(4, "big") * 2
    with pytest.raises(PictureError):
        unpacked(base64.b64encode(bytes(data)).decode(), 1 << 30, 1 << 30)
