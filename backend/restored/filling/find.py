"""Where scratches, dust and hairs seem to be: a proposal, for a person to look at."""

from typing import Final

import numpy as np
import numpy.typing as npt

from .lines import lines
from .specks import specks

Floats = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]

LUMA: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)
CELL: Final = 32
"""Pixels of the squares in which grain and texture are measured."""

STEP: Final = 192
"""Strips of a picture that begin at multiples of this, and show REACH pixels more on either side, give what the whole does."""

REACH: Final = 2 * STEP


def marks(picture: Floats) -> Marks:
    """(H, W): what seems to be damage. picture: (H, W, 3 or 1) in [0, 1]."""
    luma = picture @ LUMA if picture.shape[2] == 3 else picture[..., 0]
    noise = texture(luma)
    found = grown(lines(luma, noise) | specks(luma, noise))
    if min(luma.shape) >= 2 * CELL:  # wide scratches are thin ones of the picture halved
        small = halved(luma)
        wide = lines(small, texture(small)) | specks(small, texture(small))
        found |= grown(wide.repeat(2, axis=0).repeat(2, axis=1))[: luma.shape[0], : luma.shape[1]]
    return found


def halved(luma: Floats) -> Floats:
    """Means of 2 x 2 pixels; an odd last row or column is repeated."""
    even = np.pad(luma, [(0, luma.shape[0] % 2), (0, luma.shape[1] % 2)], mode="edge")
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4, np.float32)


def texture(luma: Floats) -> Floats:
    """(H, W): the deviation of fine differences around each pixel, from their median size, which lines and specks hardly move."""
    height, width = luma.shape
    down = np.abs(np.diff(luma, axis=0, append=luma[-1:]))
    right = np.abs(np.diff(luma, axis=1, append=luma[:, -1:]))
    size = np.maximum(down, right)
    rows, columns = -(-height // CELL), -(-width // CELL)
    padded = np.pad(
        size, [(0, rows * CELL - height), (0, columns * CELL - width)], mode="reflect" if min(height, width) > CELL else "edge"
    )
    cells = padded.reshape(rows, CELL, columns, CELL).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    middle = np.median(cells, axis=2).astype(np.float32)
    around = np.pad(middle, 1, mode="edge")
    middle = np.maximum.reduce([around[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]) * np.float32(
        0.5
    ) + middle * np.float32(0.5)
    return np.maximum(middle.repeat(CELL, axis=0).repeat(CELL, axis=1)[:height, :width], np.float32(0.4 / 255))


def grown(marked: Marks) -> Marks:
    """A pixel more on every side: the soft edge of a mark belongs to it."""
    padded = np.pad(marked, 1)
    height, width = marked.shape
    return np.logical_or.reduce([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)])
