"""Masks drawn by hand, as polygons and ellipses, and how well a region agrees with them.

A list is a JSON file of `{"file": "free/AB/NAME.jpg", "polygons": [[[x, y], ...], ...], "ellipses": [[x, y, rx, ry], ...]}`, in
thousandths of the picture's width and height; a photograph with neither shows nothing of the kind. Photographs are those of the
shared folder `data/train`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from restored.regions import Place, Region
from restored.regions.maps import RegionMaps

THUMBNAIL = 256
"""Longest side of the picture that is looked at, as in the engine's context."""


def picture(file: Path, longest: int = THUMBNAIL) -> np.ndarray:
    """A photograph, reduced: (h, w, 3) float32 in [0, 1]."""
    with Image.open(file) as image:
        image.draft("RGB", (2 * longest, 2 * longest))
        small = image.convert("RGB")
        small.thumbnail((longest, longest), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255


def mask_of(entry: Mapping[str, Any], height: int, width: int) -> np.ndarray:
    """(height, width) bool: what was drawn."""
    canvas = Image.new("1", (width, height))
    draw = ImageDraw.Draw(canvas)
    scale = np.array([width, height]) / 1000
    for polygon in entry.get("polygons", ()):
        draw.polygon([tuple(point) for point in (np.array(polygon) * scale).tolist()], fill=1)
    for x, y, across, down in entry.get("ellipses", ()):
        low, high = np.array([x - across, y - down]) * scale, np.array([x + across, y + down]) * scale
        draw.ellipse([*low.tolist(), *high.tolist()], fill=1)
    return np.asarray(canvas)


@dataclass(frozen=True, slots=True)
class Agreement:
    """overlap: per photograph that shows the place, intersection over union; strayed: per photograph that does not, the share of
    it that was taken for the place all the same."""

    overlap: list[float]
    strayed: list[float]

    @property
    def mean(self) -> float:
        return float(np.mean(self.overlap))

    @property
    def median(self) -> float:
        return float(np.median(self.overlap))

    @property
    def lost(self) -> float:
        """The mean share of the photographs that do not show the place."""
        return float(np.mean(self.strayed))


def measure(place: Place, entries: Sequence[Mapping[str, Any]], photographs: Path) -> Agreement:
    """The region as it is used, at a half, against what was drawn."""
    overlap, strayed = [], []
    for entry in entries:
        image = picture(photographs / entry["file"])
        height, width = image.shape[:2]
        found = RegionMaps(image, height, width).weight(Region((place,)), 0, 0, image) >= 0.5
        drawn = mask_of(entry, height, width)
        if drawn.any():
            overlap.append(float((found & drawn).sum() / (found | drawn).sum()))
        else:
            strayed.append(float(found.mean()))
    return Agreement(overlap, strayed)


def read(file: Path) -> list[dict[str, Any]]:
    return json.loads(file.read_text(encoding="utf-8"))
