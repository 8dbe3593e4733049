"""What the filling reaches, and how often the search for marks is wrong, on photographs kept out of training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from restored.filling.biharmonic import fill

from ..data.photographs import PhotoSet
from ..degradations.scratches import Damage, draw

Floats = npt.NDArray[np.float32]
Hole = npt.NDArray[np.bool_]

CROPS: Final = 29
SIDE: Final = 256
SHARE: Final = 0.048
"""Of each crop that is covered, at least."""

SEED: Final = 20
LONGEST: Final = 1000
LARGEST: Final = 1500
CLEAN: Final = 60
"""Clean photographs in which marks are looked for, at most."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kept-out crop with damage on it, values in [0, 1]."""

    name: str
    truth: Floats
    damaged: Floats
    hole: Hole


def cases(photographs: Path, count: int = CROPS) -> Iterator[Case]:
    """The middle of each kept-out photograph, reduced to LONGEST, with marks drawn from one seed."""
    photos = PhotoSet(photographs, "heldout", longest=LONGEST, limit=None)
    random = np.random.default_rng(SEED)
    found = 0
    for image, about in zip(photos.images, photos.manifest, strict=True):
        if found == count:
            return
        top, left = (image.shape[0] - SIDE) // 2, (image.shape[1] - SIDE) // 2
        if top < 0 or left < 0:
            continue
        truth = np.asarray(image[top : top + SIDE, left : left + SIDE] / 255, np.float32)
        damage = _about(random)
        yield Case(about["file"], truth, np.clip(damage.on(truth), 0, 1), damage.hole)
        found += 1


def _about(random: np.random.Generator) -> Damage:
    """Marks that cover SHARE, give or take a sixth."""
    while True:
        damage = draw(random, SIDE, SIDE, SHARE)
        if damage.hole.mean() < SHARE * 1.17:
            return damage


def smooth(case: Case) -> Floats:
    """The biharmonic filling alone."""
    flat = case.damaged.reshape(-1, 3)
    out = case.damaged.copy()
    out[case.hole] = np.clip(fill(case.hole.astype(np.uint8), lambda places: flat[places]), 0, 1)
    return out


def restored(case: Case) -> Floats:
    """By the engine, with what is installed for it: 8 bits, grain and all."""
    from restored import engine
    from restored.instruction.plan import Plan

    layer = np.rint(case.damaged * 255).astype(np.uint8)
    return np.asarray(engine.run(layer, Plan.of("inpaint"), holes=case.hole).image / np.float32(255), np.float32)


def wrongly_marked(folders: Sequence[Path], count: int = CLEAN) -> list[float]:
    """The share of each clean kept-out photograph that the search for scratches marks."""
    from restored.engine.engine import shared

    photos = PhotoSet(list(folders), "heldout", longest=LARGEST, limit=count)
    return [float(shared().marks(image).mean()) for image in photos.images]


def in_hole(result: Floats, case: Case) -> float:
    """PSNR over the hole's pixels, peak 1."""
    return float(-10 * np.log10(max(1e-10, float(((result - case.truth)[case.hole] ** 2).mean()))))
