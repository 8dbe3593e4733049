"""Regions as weights per pixel, the same for every tile of a picture."""

from dataclasses import replace
from typing import Final

import numpy as np

from restored.ground.limits import LUMA

from .estimators import FINDERS
from .fields import Guide, guided, read_at, smoothstep, widened
from .frame import WHOLE, Frame
from .names import ESTIMATED, MARKS, Place, Region

DARK: Final = 0.33
BRIGHT: Final = 0.66
SOFT: Final = 0.1
"""Encoded gray where the dark and the bright parts end, and half the width of the passage."""

GROWN: Final = 2
"""Times that what was found takes the edges of the picture. On 21 skies drawn by hand (soft overlap at 1,024 pixels): 0.780 by
grays, 0.783 by colours, 0.789 with this; three times give the same."""

EDGED: Final = 0.03
"""How far around a pixel its colours tell an edge, as a share of the longer side: at 0.02 the sky between an awning and a wire is
lost, and 1.07 % of pictures without a sky are taken for one (0.95 % with this)."""

_SIDES: Final = ("left", "right", "top", "bottom", "centre", "border")
_LUMA: Final = np.array(LUMA, np.float32)


class RegionMaps:
    """The regions of one picture.

    whole: (h, w, 3) float32 in [0, 1], a thumbnail of the whole picture, on which sky, skin and text are found; frame: where
    the layer lies in it. height, width: of the layer. Thread-safe once made.
    """

    def __init__(self, whole: np.ndarray, height: int, width: int, frame: Frame = WHOLE) -> None:
        self._whole, self._frame = whole, frame
        self._height, self._width = height, width
        self._grids: dict[Place, np.ndarray] = {}

    def prepare(self, region: Region) -> "RegionMaps":
        """Find the estimated places of a region now, before threads ask for them."""
        for place in region.places:
            if place in ESTIMATED and place not in self._grids:
                self._grids[place] = _edged(self._whole, FINDERS[place](self._whole))
        return self if region.within is None else self.prepare(region.within)

    def weight(self, region: Region, top: int, left: int, pixels: np.ndarray) -> np.ndarray:
        """(h, w) float32 in [0, 1] for a piece of the layer whose first pixel is (top, left); pixels: (h, w, 3), its colour
        before anything was done to it, sRGB-encoded, any finite values."""
        if region.within is not None:
            alone = self.weight(replace(region, within=None), top, left, pixels)
            return alone * self.weight(region.within, top, left, pixels)
        height, width = pixels.shape[:2]
        rows = self._frame.top + (np.arange(top, top + height) + 0.5) / self._height * (self._frame.bottom - self._frame.top)
        columns = self._frame.left + (np.arange(left, left + width) + 0.5) / self._width * (self._frame.right - self._frame.left)
        # which of the pixels there are marked is a mask's matter
        found = [self._place(place, region, rows, columns, pixels) for place in region.places if place != MARKS]
        if not found:
            return np.ones((height, width), np.float32)
        weight = np.minimum.reduce(found) if region.both else np.maximum.reduce(found)
        return np.ascontiguousarray(1.0 - weight if region.outside else weight, np.float32)

    def _place(self, place: Place, region: Region, rows: np.ndarray, columns: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        if place in _SIDES:
            return _side(place, region.feather, rows, columns)
        shape = (len(rows), len(columns))
        gray = np.clip(pixels @ _LUMA, 0.0, 1.0)
        if place in ESTIMATED:
            self.prepare(region)
            coefficients = read_at(self._grids[place], rows, columns)
            # the guided edges, bounded by what was found nearby
            fine = guided(coefficients[..., :4], pixels.clip(0, 1))
            near = smoothstep(region.threshold - 0.45, region.threshold + 0.05, coefficients[..., 4])
            return smoothstep(region.threshold - 0.25, region.threshold + 0.25, fine) * near
        if place == "contours":
            return _contours(gray)
        if place == "shadows":
            return np.broadcast_to(smoothstep(DARK + SOFT, DARK - SOFT, gray), shape)
        if place == "highlights":
            return np.broadcast_to(smoothstep(BRIGHT - SOFT, BRIGHT + SOFT, gray), shape)
        return smoothstep(DARK - SOFT, DARK + SOFT, gray) * smoothstep(BRIGHT + SOFT, BRIGHT - SOFT, gray)


def _edged(whole: np.ndarray, found: np.ndarray) -> np.ndarray:
    """(h, w, 5): a `Guide`'s coefficients for what was found in a small picture, and how near it is.

    What is found stops short of what stands before it; it goes on as far as its colour does, by a pixel or two, so that no rim is
    left at full size.
    """
    guide = Guide(whole, max(1, round(max(found.shape) * EDGED)))
    for _ in range(GROWN):
        fine = guided(guide.coefficients(found), whole)
        found = smoothstep(0.25, 0.75, fine) * smoothstep(0.05, 0.55, widened(found))
    return np.concatenate([guide.coefficients(found), widened(found, 2)[..., None]], axis=-1)


def _side(place: Place, feather: float, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Halves of the picture, its middle (an ellipse through half of each side) and what is left of it."""
    soft = max(feather, 1e-6)
    shape = (len(rows), len(columns))
    if place in ("left", "right"):
        half = smoothstep(0.5 + soft / 2, 0.5 - soft / 2, columns)
        return np.broadcast_to((half if place == "left" else 1.0 - half)[None, :], shape)
    if place in ("top", "bottom"):
        half = smoothstep(0.5 + soft / 2, 0.5 - soft / 2, rows)
        return np.broadcast_to((half if place == "top" else 1.0 - half)[:, None], shape)
    distance = np.hypot((rows[:, None] - 0.5) / 0.5, (columns[None, :] - 0.5) / 0.5)
    edge = 0.62 if place == "centre" else 0.85
    inside = smoothstep(edge + 5 * soft, edge - 5 * soft, distance)
    return inside if place == "centre" else 1.0 - inside


def _contours(gray: np.ndarray) -> np.ndarray:
    """Steps of brightness between neighbours, spread over three pixels."""
    padded = np.pad(gray, 2, mode="reflect" if min(gray.shape) > 2 else "edge")
    across, down = np.abs(padded[:, 2:] - padded[:, :-2])[1:-1], np.abs(padded[2:] - padded[:-2])[:, 1:-1]
    strength = np.hypot(across, down)
    height, width = gray.shape
    spread = np.maximum.reduce([strength[y : y + height, x : x + width] for y in range(3) for x in range(3)])
    return smoothstep(0.06, 0.16, spread)
