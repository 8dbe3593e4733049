"""A mask inside a recipe, so that the recipe does the same again."""

import base64
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from restored.io import PictureError
from restored.io.depth import to_depth
from restored.io.picture import check_size
from restored.io.png import SIGNATURE, dense, size

_MOST: Final = 700_000
"""Characters of a mask that a recipe takes: recipes are at most a megabyte."""


def packed(mask: NDArray) -> str | None:
    """An (H, W) mask as text (a gray PNG in Base64); None when it is too detailed for a recipe."""
    values = dense(mask if mask.dtype in (np.uint8, np.uint16) else to_depth(mask, np.uint16))
    text = base64.b64encode(bytes(imagecodecs.png_encode(values, level=9))).decode("ascii")
    return text if len(text) <= _MOST else None


def unpacked(text: str, width: int, height: int) -> NDArray:
    """The mask again, for a picture of this size. Raises PictureError."""
    try:
        data = base64.b64decode(text[: _MOST + 4], validate=True)
        if not data.startswith(SIGNATURE):
            raise ValueError("no PNG")
        wide, high = size(data)
        check_size("the recipe's mask", wide, high)
    except PictureError:
        raise
    except Exception as error:  # packed by whoever wrote the recipe: zlib, base64 and struct each complain in their own way
        raise PictureError("The mask in this recipe is damaged. Give the mask again with --mask.") from error
    if (wide, high) != (width, height):
        raise PictureError(
            f"The recipe was made with a mask of {wide} x {high} pixels, but this picture is {width} x {height}. "
            "Give a mask for it with --mask."
        )
    try:
        mask = imagecodecs.png_decode(data)
    except Exception as error:  # imagecodecs' own
        raise PictureError("The mask in this recipe is damaged. Give the mask again with --mask.") from error
    if mask.ndim != 2:
        raise PictureError("The mask in this recipe is damaged. Give the mask again with --mask.")
    return mask
