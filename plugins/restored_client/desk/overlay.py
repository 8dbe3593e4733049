"""Where a step's region is, over the preview: which one is on show, and what has to be asked to show it. No widgets."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..wire.pixels import Pixels
from .previewstate import Box, PreviewState, place_in


class RegionWant(NamedTuple):
    """A mask to be made: of this region in a box of the layer, reduced as `Want` says; place: of the box, see `place_in`."""

    box: Box
    region: Dict[str, Any]
    reduction: float
    place: Optional[Tuple[float, float, float, float]]


def can_be_shown(step: Mapping[str, Any]) -> bool:
    """Whether a step is done in a place that the engine can find; one "by hand" is where the person selects."""
    region = step.get("region")
    return isinstance(region, dict) and bool(region.get("places"))


def is_shaped(region: Dict[str, Any]) -> bool:
    """Whether a region can be turned round and have a softer border: marks that were found are what they are."""
    return list(region.get("places", ())) != ["marks"]


def is_searched(region: Dict[str, Any]) -> bool:
    """Whether it takes a search through all of the picture to say where a region is."""
    return "marks" in region.get("places", ())


class Overlay:
    """`ask(want)` has a mask made: `located(want, mask)` follows, unless `drop()` comes before. `changed()` is called after
    whatever changed."""

    def __init__(self, ask: Callable[[RegionWant], None], drop: Callable[[], None], changed: Callable[[], None]) -> None:
        self._ask, self._drop, self._changed = ask, drop, changed
        self.step = ""
        """The identity of the step whose region is on show, or nothing."""
        self.mask: Optional[Pixels] = None
        """The region in the crop on show, as it travels: u8, one channel. None while there is none, or not yet."""
        self._asked: Optional[RegionWant] = None
        self._shown: Optional[RegionWant] = None

    def show(self, step: str) -> None:
        """Show the region of another step, or of none."""
        if step != self.step:
            self.step = step
            self.forget()
        self._changed()

    def look(
        self, preview: Optional[PreviewState], steps: List[Dict[str, Any]], identity: Callable[[Mapping[str, Any]], str]
    ) -> None:
        """Ask for the mask that is wanted now, unless it is on show or on its way; with a step goes its region."""
        step = next((each for each in steps if identity(each) == self.step and can_be_shown(each)), None) if self.step else None
        if self.step and step is None:
            self.step = ""
        if preview is None or step is None:
            self.forget()
            return
        box = preview.box
        want = RegionWant(box, dict(step["region"]), preview.reduction, place_in(preview.width, preview.height, box))
        if self._shown is not None and (want.box, want.reduction) != (self._shown.box, self._shown.reduction):
            self.mask = self._shown = None  # of another part: it would lie wrong
        if want not in (self._asked, self._shown):
            self._asked = want
            self._ask(want)

    def located(self, want: RegionWant, mask: Optional[Pixels]) -> None:
        """The answer to `want`; None when it failed. Dropped unless it is what is wanted."""
        if want != self._asked:
            return
        self._asked = None
        self.mask, self._shown = mask, want
        self._changed()

    def forget(self) -> None:
        """What is on show, and on its way, belongs to other pixels now."""
        if self._asked is not None:
            self._drop()
        self.mask = self._asked = self._shown = None
