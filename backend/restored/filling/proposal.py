"""What of a picture is proposed as damage, from how surely each of its pixels is damaged."""

from typing import Final

import numpy as np
import numpy.typing as npt

from .components import groups

Bytes = npt.NDArray[np.uint8]
Marks = npt.NDArray[np.bool_]

LEVELS: Final = tuple((80 + round(50 * step / 12), 140 + round(60 * step / 12)) for step in range(13))
"""From which surety (of 255) a pixel belongs to a mark, and which some pixel of every mark must reach: two thresholds, as Canny
("A Computational Approach to Edge Detection", 1986) joins edges. The first pair is for pictures that are damaged or clean; the
others are tried in turn where much looks a little like damage, in small steps, so that the surest of it is still proposed.
Chosen on 28 photographs that nothing else was measured on."""

LEAST: Final = 4
"""Pixels of a mark."""

MUCH: Final = 0.003
"""A share of the picture from which on a proposal is looked at twice: no clean photograph should have more."""

SUSPECT: Final = 50
"""From which surety a pixel looks a little like damage."""

CLEAR: Final = 0.4
"""Damage is clear: at least so many of the pixels that look a little like it look much like it. Of twigs, stitches and stage
lights a quarter do."""


def proposal(sureties: Bytes) -> Marks:
    """(H, W): what is proposed. sureties: (H, W), 255 for certain."""
    suspects = CLEAR * int(np.count_nonzero(sureties >= SUSPECT))
    marked = np.zeros(sureties.shape, bool)
    for least, sure in LEVELS:
        marked = _joined(sureties, least, sure)
        count = int(np.count_nonzero(marked))
        if count <= MUCH * marked.size or count >= suspects:
            break
    return marked


def _joined(sureties: Bytes, least: int, sure: int) -> Marks:
    """The groups of pixels that are somewhat sure, where some pixel of them is very."""
    found = groups(sureties >= least)
    keep = (found.area() >= LEAST) & (found.most(sureties) >= sure)
    return found.drawn(keep, sureties.shape)
