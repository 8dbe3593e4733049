"""The before/after preview without pixels or widgets: which crop is shown, where the split is, and what to ask the daemon next.

At 100 % and 200 % the crop is sent with a margin, so that its edge is restored as the inside of the picture is. A new crop or a
new plan needs inference; another strength only asks for the cached residual of the last inference. Fitted into the view, the
whole layer is sent as small as it is shown: light, haze and colour are judged by it, not sharpness or noise.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, Final, NamedTuple, Optional, Tuple

FIT: Final = 0.0
ZOOMS: Final = (FIT, 1.0, 2.0)
"""Fitted into the view, 100 %, 200 %."""

SPLIT, TOGGLE, BESIDE = "split", "toggle", "beside"
COMPARISONS: Final = (SPLIT, TOGGLE, BESIDE)
"""Before and after: divided by a line, one at a time, or the same crop twice."""

GAP: Final = 4
"""Pixels of the screen between two pictures side by side."""

Box = Tuple[int, int, int, int]  # x, y, width, height in pixels of the layer


class Want(NamedTuple):
    """One request to the daemon. `job` is None for inference, else the job whose cached residual is to be adjusted.

    reduction: the size at which the pixels travel, at most 1. texture: how much of the fine structure stays. place: where the
    padded crop lies in the layer, see `place_in`.
    """

    box: Box
    padded: Box
    plan: Dict[str, Any]
    key: Tuple[Any, ...]
    strength: float
    job: Optional[str]
    reduction: float = 1.0
    texture: float = 0.0
    place: Optional[Tuple[float, float, float, float]] = None


def place_in(width: int, height: int, box: Box) -> Optional[Tuple[float, float, float, float]]:
    """Where a box lies in a `width` x `height` layer: left, top, right and bottom as shares of it; None when it is all of it.

    The engine needs it beside the context frame to know where "the sky" or "the left side" is of what it gets.
    """
    x, y, w, h = box
    return None if (x, y, w, h) == (0, 0, width, height) else (x / width, y / height, (x + w) / width, (y + h) / height)


class PreviewState:
    """A movable crop of a `width` x `height` layer, at most `view` pixels large, with `margin` pixels around it when sent."""

    def __init__(self, width: int, height: int, view: Tuple[int, int] = (448, 384), margin: int = 32, zoom: float = 1.0) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.split, self._zoom = 0.5, zoom
        self._compare = SPLIT
        self._room = view
        self._x = self._y = 0
        self._rendered: Optional[Tuple[Any, ...]] = None  # box, key and reduction of the last answer
        self._job: Optional[str] = None
        self._weighed: Optional[Tuple[float, float]] = None  # strength and texture of the last answer
        self.centre(width // 2, height // 2)

    @property
    def zoom(self) -> float:
        """A value of ZOOMS."""
        return self._zoom

    def set_zoom(self, zoom: float) -> bool:
        """Show more or less of the layer around the same middle; True when that changed what is shown."""

        def change() -> None:
            self._zoom = zoom

        return self._around(change)

    def _around(self, change: Callable[[], None]) -> bool:
        """Make a change, with the same middle as before; True when that changed what is shown."""
        before, (x, y, w, h) = (self.box, self.factor), self.box
        change()
        self.centre(x + w / 2, y + h / 2)
        return (self.box, self.factor) != before

    @property
    def factor(self) -> float:
        """Pixels of the screen for one of the layer."""
        if self._zoom != FIT:
            return self._zoom
        width, height = self._view
        return min(1.0, width / self.width, height / self.height)

    @property
    def _view(self) -> Tuple[int, int]:
        """Pixels of the screen for one picture: half of them where there are two."""
        width, height = self._room
        return (max(1, (width - GAP) // 2), height) if self._compare == BESIDE else (width, height)

    @property
    def compare(self) -> str:
        """A value of COMPARISONS."""
        return self._compare

    def set_compare(self, compare: str) -> bool:
        """Show before and after in another way; True when that changed which crop is shown."""

        def change() -> None:
            self._compare = compare
            self.split = 0.0 if compare == TOGGLE else 0.5

        return self._around(change)

    @property
    def turned(self) -> bool:
        """Whether only before is on show."""
        return self.split >= 1.0

    def turn(self) -> None:
        """Show before in place of after, or the other way round."""
        self.split = 0.0 if self.turned else 1.0

    @property
    def reduction(self) -> float:
        """The size at which the crop's pixels travel."""
        return min(1.0, self.factor)

    @property
    def box(self) -> Box:
        """The crop: inside the layer, smaller than the view only when the layer is. Fitted, it is the whole layer."""
        if self._zoom == FIT:
            return 0, 0, self.width, self.height
        width, height = (math.ceil(side / self._zoom) for side in self._view)
        return self._x, self._y, min(width, self.width), min(height, self.height)

    def small(self, box: Box) -> Tuple[int, int]:
        """Width and height of a box at the size at which it travels."""
        return max(1, int(box[2] * self.reduction)), max(1, int(box[3] * self.reduction))

    def padded(self) -> Box:
        """The crop with its margin, cut off at the layer's edges; fitted, it has none."""
        if self._zoom == FIT:
            return self.box
        x, y, w, h = self.box
        left, top = max(0, x - self.margin), max(0, y - self.margin)
        return left, top, min(self.width, x + w + self.margin) - left, min(self.height, y + h + self.margin) - top

    def centre(self, x: float, y: float) -> bool:
        """Move the crop so that (x, y) of the layer is in its middle, as far as the layer goes; True when it moved."""
        _, _, w, h = self.box
        return self._place(round(x - w / 2), round(y - h / 2))

    def resize(self, width: int, height: int) -> bool:
        """Show a crop of at most `width` x `height` pixels around the same middle; True when the crop changed."""

        def change() -> None:
            self._room = max(1, width), max(1, height)

        return self._around(change)

    def pan(self, dx: float, dy: float) -> bool:
        """Move the crop by pixels of the layer; True when it moved."""
        return self._place(round(self._x + dx), round(self._y + dy))

    def _place(self, x: int, y: int) -> bool:
        _, _, w, h = self.box
        x, y = min(max(0, x), self.width - w), min(max(0, y), self.height - h)
        moved = (x, y) != (self._x, self._y)
        self._x, self._y = x, y
        return moved

    def slide(self, fraction: float) -> None:
        """Put the split at a fraction of the crop's width: 0 shows only after, 1 only before."""
        self.split = min(1.0, max(0.0, fraction))

    def want(self, plan: Dict[str, Any], key: Tuple[Any, ...], strength: float, texture: float = 0.0) -> Optional[Want]:
        """The next request for this plan, overall strength and texture, or None when what is shown is right."""
        current = (self.box, key, self.reduction)
        if self._rendered == current and self._weighed == (strength, texture):
            return None
        job = self._job if self._rendered == current else None
        padded = self.padded()
        place = place_in(self.width, self.height, padded)
        return Want(self.box, padded, plan, key, strength, job, self.reduction, texture, place)

    def fresh(self, key: Tuple[Any, ...]) -> bool:
        """Whether what was rendered last is this crop under this plan."""
        return self._rendered == (self.box, key, self.reduction)

    def rendered(self, want: Want, job: Optional[str]) -> None:
        """The answer to `want` is on the screen; `job` holds its residual, if any."""
        self._rendered, self._weighed = (want.box, want.key, want.reduction), (want.strength, want.texture)
        self._job = want.job or job or None

    def expired(self) -> None:
        """The daemon no longer holds the residual: the next `want` infers again."""
        self._rendered, self._job, self._weighed = None, None, None
