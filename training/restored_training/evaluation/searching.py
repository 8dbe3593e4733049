"""What the search for marks finds of drawn damage, on photographs kept out of training."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from ..data.photographs import PhotoSet
from ..degradations.scratches import draw

Bytes = npt.NDArray[np.uint8]
Hole = npt.NDArray[np.bool_]
Find = Callable[[Bytes], Hole]

SIDE: Final = 512
LONGEST: Final = 1500
SEED: Final = 41
PHOTOGRAPHS: Final = 12
VISIBLE: Final = 6 / 255
"""A pixel that damage changes by less need not be found."""

KINDS: Final[tuple[tuple[str, tuple[str, ...], float, float], ...]] = (
    ("scratches", ("scratch", "bundle"), 1.0, 0.012),
    ("faint scratches", ("scratch", "bundle"), 0.3, 0.012),
    ("dust", ("dust",), 1.0, 0.004),
    ("hairs", ("hair",), 1.0, 0.004),
    ("folds", ("fold",), 1.0, 0.01),
    ("blobs", ("blob",), 1.0, 0.004),
)
"""Name, kinds of `degradations.scratches`, share of their contrast, share of the picture that they cover at least."""


@dataclass(frozen=True, slots=True)
class Search:
    """A damaged crop (h, w, 3) and where that can be seen."""

    kind: str
    damaged: Bytes
    hole: Hole


def searches(folders: Sequence[Path], limit: int = PHOTOGRAPHS) -> Iterator[Search]:
    """The middle of each kept-out photograph, every kind of damage in turn on all of them; every third brown with
    grain, as a print."""
    photos = PhotoSet(list(folders), "heldout", longest=LONGEST, limit=limit)
    random = np.random.default_rng(SEED)
    for number, image in enumerate(photos.images):
        top, left = (max(0, (size - SIDE) // 2) for size in image.shape[:2])
        truth = np.asarray(image[top : top + SIDE, left : left + SIDE] / 255, np.float32)
        if number % 3 == 2:
            gray = truth.mean(axis=-1, keepdims=True) * np.array([1.0, 0.9, 0.75])
            truth = np.asarray(gray + gaussian_filter(random.normal(0, 8 / 255, gray.shape), (0.6, 0.6, 0)), np.float32)
        for kind, drawn, contrast, share in KINDS:
            damage = draw(random, truth.shape[0], truth.shape[1], share, drawn)
            damaged = truth + np.float32(contrast) * (damage.on(truth) - truth)
            seen = np.abs(damaged - truth).max(axis=-1) > VISIBLE
            pixels = np.rint(np.clip(damaged, 0, 1) * 255).astype(np.uint8)
            yield Search(kind, pixels, damage.hole & seen)


def recall(search: Search, find: Find) -> float:
    """The share of the damaged pixels that is marked."""
    return float(find(search.damaged)[search.hole].mean()) if search.hole.any() else 1.0
