"""What a desk asks for: the plan of a text, the preview of a plan, the place of a step; each once, and only what is wanted."""

from __future__ import annotations

from typing import Any, Callable, Dict

from .catalogue import Catalogue
from .overlay import Overlay
from .planedit import identity
from .requests import Requests
from .state import State
from .wish import SCALES


class Wanting(State):
    """Knows what is on its way; `desk.Desk` says when to look."""

    def __init__(self, requests: Requests, catalogue: Catalogue, changed: Callable[[], None]) -> None:
        super().__init__(catalogue)
        self._requests = requests
        self.overlay = Overlay(requests.ask_region, requests.drop_region, changed)
        """Where a step applies, on the preview; `overlay.show` turns it on and off."""

    def _take(self, text: str, plan: Dict[str, Any]) -> None:
        self._understood = text
        if plan is not self.plan.understood:
            self._take_scale(plan.get("scale"))
        self.plan.take(plan)
        kept = self._kept
        if kept is not None:
            self._kept = None
            if str(kept.get("text") or text).strip() == text.strip():
                self.plan.follow(kept)
        self._look()

    def _take_scale(self, said: object) -> None:
        """ "2x": the words say how large. Other words that say nothing of it leave it as it was chosen."""
        if isinstance(said, int) and said in SCALES:
            self._chosen_scale = self.chosen_scale
            self.scale = int(said)
        elif self._chosen_scale is not None:
            self.scale, self._chosen_scale = self._chosen_scale, None

    def _look(self) -> None:
        """Ask for the preview that is wanted now, if it is neither on show nor on its way."""
        self.overlay.look(self.preview, [] if self.pending else self.plan.steps(), identity)
        if self.preview is None or self.busy or self.pending:
            return
        if not self.plan.actionable:
            self._stop_asking()
            self.preview.expired()
            self.after = self.shown = None
            return
        want = self.preview.want(self.plan.to_dict(), self.plan.key(), self.strength, self.texture)
        if want is None:
            self._stop_asking()
        elif want != self._asked:
            self._asked = want
            self._requests.ask_preview(want)

    def _stop_asking(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._requests.drop_preview()

    def _forget_after(self) -> None:
        self.after = self.shown = None
        if self.preview is not None:
            self.preview.expired()  # else what is on show no longer would be taken for what is
        self._stop_asking()
