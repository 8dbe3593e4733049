"""What is found and yet no damage: the frame of a print, and specks of which there are always many in one place."""

from typing import Final

import numpy as np
import numpy.typing as npt

from restored.filling.components import groups

Marks = npt.NDArray[np.bool_]

RIM: Final = (0.025, 0.06)
"""Shares of a picture's side within which a line along its edge is the print's: at one edge, and where others have one, too."""

ALONG: Final = 0.4
"""Of an edge's length that such a line has at least."""

TILT: Final = 0.03
"""How far a print may lie askew, as a slope."""

SPECK: Final = 14
"""Pixels of a speck's longer side, at most."""

CELL: Final = 32
"""Pixels of the squares in which specks are counted."""

AROUND: Final = 2
"""Squares on every side of one that are counted with it."""

MANY: Final = 16
"""Specks in so many squares: more of them are stars, leaves or sand, of which each looks like dust."""


def without_frame(marked: Marks) -> Marks:
    """(H, W) without the lines that run along the picture's edges."""
    out = marked.copy()
    views = [out, out[::-1], out.T, out.T[::-1]]  # each edge in turn on top
    near, far = ([_lines(view, share) for view in views] for share in RIM)
    several = sum(map(bool, far)) > 1
    for view, close, wide in zip(views, near, far, strict=True):
        for top, slope in wide if several else close:
            columns = np.arange(view.shape[1])
            middle = np.rint(top + slope * columns).astype(np.intp)
            for row in middle + np.arange(-2, 3)[:, None]:
                inside = (row >= 0) & (row < view.shape[0])
                view[row[inside], columns[inside]] = False
    return out


def _lines(view: Marks, share: float) -> list[tuple[int, float]]:
    """The lines near the upper edge and along it, as the row where they begin and their slope."""
    height, width = view.shape
    depth = max(3, round(share * height))
    row, column = np.nonzero(view[:depth])
    if not row.size:
        return []
    found: list[tuple[int, float]] = []
    for slope in np.linspace(-TILT, TILT, 7):
        begins = np.rint(row - slope * column).astype(np.intp)
        least = int(begins.min())
        counts = np.bincount(begins - least)
        found += [(int(each) + least, float(slope)) for each in np.flatnonzero(counts > ALONG * width)]
    return found


def without_crowds(marked: Marks) -> Marks:
    """(H, W) without the specks that lie among very many of their kind."""
    found = groups(marked)
    specks = np.maximum(found.tall, found.wide) <= SPECK
    if not specks.any():
        return marked
    begins = np.unique(found.group, return_index=True)[1]
    where = found.row[begins] // CELL, found.first[begins] // CELL
    counts = np.zeros(tuple(-(-size // CELL) for size in marked.shape), np.int64)
    np.add.at(counts, tuple(each[specks] for each in where), 1)
    side = 2 * AROUND + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(counts, AROUND), (side, side)).sum(axis=(2, 3))
    return found.drawn(~(specks & (around[where] > MANY)), marked.shape)
