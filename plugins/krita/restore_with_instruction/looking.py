"""How before and after are shown: with a line or side by side, in the docker, in a window of its own, or on the canvas."""

from __future__ import annotations

from .enlarged import PreviewPlace
from .lastvalues import LastValues
from .options import Options
from .restored_client.desk.previewstate import BESIDE, SPLIT
from .watching import Watching


class Looking:
    """The menu of `options.ways`, carried out."""

    def __init__(self, look: Watching, place: PreviewPlace, options: Options, settings: LastValues) -> None:
        self._look, self._place, self._options, self._last_values = look, place, options, settings

    def choose(self, way: str) -> None:
        """A key of `options.ways`; "window", "canvas" and "before" are there and back."""
        if way in (SPLIT, BESIDE):
            self._look.compare(way)
            self._last_values.write("beside", way == BESIDE)
        elif way == "window":
            self._look.show_on_canvas(False)
            self._place.enlarge()
        elif way == "canvas":
            self._look.show_on_canvas(not self._look.on_canvas)
        else:
            self._look.hold_before(not self._look.held)

    def show_state(self) -> None:
        """Show what is chosen."""
        self._place.set_away(self._look.on_canvas)
        beside = self._look.desk.compare == BESIDE
        now = {
            SPLIT: not beside,
            BESIDE: beside,
            "window": self._place.enlarged,
            "canvas": self._look.on_canvas,
            "before": self._look.held,
        }
        for name, on in now.items():
            self._options.ways[name].setChecked(on)
