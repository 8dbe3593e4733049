"""The before/after preview without pixels or widgets: which crop is shown, where the split is, and what to ask the daemon next.

The crop is at 100 %. It is sent with a margin, so that its edge is restored as the inside of the picture is. A new crop or a
new plan needs inference; another strength only asks for the cached residual of the last inference.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional, Tuple

Box = Tuple[int, int, int, int]  # x, y, width, height in pixels of the layer


class Want(NamedTuple):
    """One request to the daemon. `job` is None for inference, else the job whose cached residual is to be adjusted."""

    box: Box
    padded: Box
    plan: Dict[str, Any]
    key: Tuple[Any, ...]
    strength: float
    job: Optional[str]


class PreviewState:
    """A movable crop of a `width` x `height` layer, at most `view` pixels large, with `margin` pixels around it when sent."""

    def __init__(self, width: int, height: int, view: Tuple[int, int] = (448, 384), margin: int = 32) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.split = 0.5
        self._view = view
        self._x = self._y = 0
        self._rendered: Optional[Tuple[Box, Tuple[Any, ...]]] = None
        self._job: Optional[str] = None
        self._strength: Optional[float] = None
        self.centre(width // 2, height // 2)

    @property
    def box(self) -> Box:
        """The crop: inside the layer, smaller than the view only when the layer is."""
        width, height = min(self._view[0], self.width), min(self._view[1], self.height)
        return self._x, self._y, width, height

    def padded(self) -> Box:
        """The crop with its margin, cut off at the layer's edges."""
        x, y, w, h = self.box
        left, top = max(0, x - self.margin), max(0, y - self.margin)
        return left, top, min(self.width, x + w + self.margin) - left, min(self.height, y + h + self.margin) - top

    def centre(self, x: float, y: float) -> bool:
        """Move the crop so that (x, y) of the layer is in its middle, as far as the layer goes; True when it moved."""
        _, _, w, h = self.box
        return self._place(round(x - w / 2), round(y - h / 2))

    def resize(self, width: int, height: int) -> bool:
        """Show a crop of at most `width` x `height` pixels around the same middle; True when the crop changed."""
        before = x, y, w, h = self.box
        self._view = max(1, width), max(1, height)
        self.centre(x + w / 2, y + h / 2)
        return self.box != before

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

    def want(self, plan: Dict[str, Any], key: Tuple[Any, ...], strength: float) -> Optional[Want]:
        """The next request for this plan and overall strength, or None when what is shown is right."""
        current = (self.box, key)
        if self._rendered == current and self._strength == strength:
            return None
        job = self._job if self._rendered == current else None
        return Want(self.box, self.padded(), plan, key, strength, job)

    def fresh(self, key: Tuple[Any, ...]) -> bool:
        """Whether what was rendered last is this crop under this plan."""
        return self._rendered == (self.box, key)

    def rendered(self, want: Want, job: Optional[str]) -> None:
        """The answer to `want` is on the screen; `job` holds its residual, if any."""
        self._rendered, self._strength = (want.box, want.key), want.strength
        self._job = want.job or job or None

    def expired(self) -> None:
        """The daemon no longer holds the residual: the next `want` infers again."""
        self._rendered, self._job, self._strength = None, None, None
