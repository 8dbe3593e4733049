"""Scratches, dust, hairs, folds, torn corners and holes, drawn: how scanned prints and films are damaged (kinds as Wan et al.,
"Bringing Old Photos Back to Life", CVPR 2020, section 3.2, sort them; drawn from formulas here, not cut from pictures)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

KINDS: Final = ("scratch", "bundle", "dust", "hair", "fold", "corner", "blob")
WEIGHTS: Final = (0.34, 0.1, 0.22, 0.12, 0.1, 0.04, 0.08)

FINER: Final = 2
"""Marks are drawn so many times as large and reduced: their edges are soft, as a scanner sees them."""

MARKED: Final = 0.1
"""A pixel of which a mark covers more belongs to the hole."""


@dataclass(frozen=True, slots=True)
class Damage:
    """coverage: (H, W), how much of each pixel is covered; colour: (H, W, 3), what it is covered with."""

    coverage: Floats
    colour: Floats

    @property
    def hole(self) -> npt.NDArray[np.bool_]:
        """What is to be filled."""
        return self.coverage > MARKED

    def on(self, picture: Floats) -> Floats:
        """A damaged picture, (H, W, 3)."""
        return np.asarray(picture + self.coverage[..., None] * (self.colour - picture), np.float32)


def draw(random: np.random.Generator, height: int, width: int, share: float, kinds: Sequence[str] = KINDS) -> Damage:
    """Marks until they cover at least `share` of the picture."""
    weights = np.array([WEIGHTS[KINDS.index(kind)] for kind in kinds])
    coverage = np.zeros((height, width), np.float32)
    colour = np.zeros((height, width, 3), np.float32)
    for _ in range(400):
        if (coverage > MARKED).mean() >= share:
            break
        kind = str(random.choice(list(kinds), p=weights / weights.sum()))
        mark = mark_of(kind, random, height, width)
        if (mark > MARKED).mean() > max(0.25, 3 * share) and kind not in ("corner", "fold"):
            continue
        if random.random() < 0.3:  # worn through in places only
            mark = mark * _worn(random, height, width)
        ink = _ink(kind, random)
        opacity = random.uniform(0.35, 1.0) if random.random() < 0.5 else 1.0
        colour = np.where(mark[..., None] > coverage[..., None], ink, colour)
        coverage = np.maximum(coverage, mark * np.float32(opacity))
    return Damage(coverage, np.asarray(colour, np.float32))


def mark_of(kind: str, random: np.random.Generator, height: int, width: int) -> Floats:
    """(height, width): how much of each pixel one mark of a kind covers; "dust" is several specks."""
    canvas = Image.new("L", (width * FINER, height * FINER))
    pen = ImageDraw.Draw(canvas)
    size = max(height, width)
    if kind in ("scratch", "bundle"):
        way = _curve(random, height, width, bend=random.choice([0.0, 0.05, 0.2]))
        lines = random.integers(3, 8) if kind == "bundle" else 1
        for _ in range(lines):
            moved = way + (random.normal(0, 6, 2) if lines > 1 else 0)
            thick = random.uniform(0.7, 1.6) if lines > 1 else _thickness(random)
            _line(pen, random, moved, thick, broken=random.random() < 0.4)
    elif kind == "dust":
        for _ in range(random.integers(2, 14)):
            centre, radius = random.uniform(0, [width, height]), random.exponential(1.3) + 0.6
            _lump(pen, random, centre, min(radius, 7.0))
    elif kind == "hair":
        way = _curl(random, height, width, length=random.uniform(12, min(90, size)))
        _line(pen, random, way, random.uniform(0.8, 2.2), broken=False)
    elif kind == "fold":
        way = _curve(random, height, width, bend=0.01, whole=True)
        _line(pen, random, way, random.uniform(1.5, 5), broken=random.random() < 0.3)
        for _ in range(random.integers(2, 12)):  # where paper broke off along it
            at = way[random.integers(len(way))] + random.normal(0, 2, 2)
            _lump(pen, random, at, random.uniform(1, 5))
    elif kind == "corner":
        x, y = random.choice([0, width]), random.choice([0, height])
        reach = random.uniform(0.05, 0.2, 2) * size
        edge = np.linspace(0, 1, 14)[:, None] * [[1, -1]] + [[0, 1]]
        edge = edge * reach + random.normal(0, 0.05, edge.shape) * reach
        outline = [(x, y), *(_inward(x, y, dx, dy, width, height) for dx, dy in edge)]
        pen.polygon([(float(a) * FINER, float(b) * FINER) for a, b in outline], fill=255)
    else:
        _lump(pen, random, random.uniform(0, [width, height]), random.uniform(3, min(14, size / 10)))
    if random.random() < 0.5:
        canvas = canvas.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.8) * FINER))
    small = canvas.resize((width, height), Image.Resampling.BOX)
    return np.asarray(np.asarray(small) / 255, np.float32)


def _inward(x: float, y: float, dx: float, dy: float, width: int, height: int) -> tuple[float, float]:
    return (x + dx if x == 0 else width - dx, y + dy if y == 0 else height - dy)


def _thickness(random: np.random.Generator) -> float:
    """1 to 6 px, thin ones more often."""
    return float(min(6.0, 0.9 + random.exponential(1.1)))


def _curve(random: np.random.Generator, height: int, width: int, bend: float, whole: bool = False) -> Points:
    """A long, nearly straight way across the picture, (n, 2) as x, y."""
    angle = random.uniform(0, np.pi) if random.random() < 0.5 else np.pi / 2 + random.normal(0, 0.08)  # along the film
    length = np.hypot(height, width) * (2.0 if whole else random.uniform(0.15, 1.6))
    t = np.linspace(-0.5, 0.5, 60)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    wave = bend * length * (0.5 * np.sin(2 * np.pi * (t * random.uniform(0.3, 1.2) + random.random())) + random.normal() * t * t)
    return random.uniform([0, 0], [width, height]) + length * t[:, None] * along + wave[:, None] * across


def _curl(random: np.random.Generator, height: int, width: int, length: float) -> Points:
    """A hair: a way whose direction drifts."""
    steps = max(4, int(length / 2))
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(np.cumsum(random.normal(0, 0.03, steps))) * random.uniform(0.3, 1.5)
    way = np.cumsum(2 * np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
    return way + random.uniform(0, [width, height])


def _line(pen: ImageDraw.ImageDraw, random: np.random.Generator, way: Points, thick: float, *, broken: bool) -> None:
    present = np.ones(len(way) - 1, bool)
    if broken:
        present = np.repeat(random.random(len(way) // 4 + 1) < 0.65, 4)[: len(way) - 1]
    swell = 1 + 0.25 * np.sin(np.linspace(0, random.uniform(2, 20), len(way)))
    for index in np.flatnonzero(present):
        wide = max(1, round(float(thick * swell[index] * FINER)))
        (x0, y0), (x1, y1) = way[index] * FINER, way[index + 1] * FINER
        pen.line((float(x0), float(y0), float(x1), float(y1)), fill=255, width=wide)


def _lump(pen: ImageDraw.ImageDraw, random: np.random.Generator, centre: Points, radius: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    far = radius * (1 + 0.35 * random.normal(size=12).clip(-1.5, 1.5)) * FINER
    stretch = random.uniform(0.6, 1.6)
    points = zip(centre[0] * FINER + far * np.cos(turn) * stretch, centre[1] * FINER + far * np.sin(turn) / stretch, strict=True)
    pen.polygon([(float(x), float(y)) for x, y in points], fill=255)


def _worn(random: np.random.Generator, height: int, width: int) -> Floats:
    """A smooth field of 0.3 to 1."""
    coarse = random.random((height // 12 + 2, width // 12 + 2))
    image = Image.fromarray((255 * coarse).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(np.clip(np.asarray(image, np.float32) / 255 * 1.6 - 0.1, 0.3, 1.0), np.float32)


def _ink(kind: str, random: np.random.Generator) -> Floats:
    """Paper or bare film (light), dust and hairs (dark), or a layer of the film scratched off (coloured)."""
    light = random.random() < (0.35 if kind in ("dust", "hair") else 0.75)
    level = random.uniform(0.75, 1.0) if light else random.uniform(0.0, 0.25)
    tint = random.normal(0, 0.12, 3) if random.random() < 0.15 else random.normal(0, 0.015, 3)
    return np.clip(level + tint, 0, 1).astype(np.float32)
