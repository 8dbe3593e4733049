"""What the desk asks for, of what is on show of a layer: plans, previews, places."""

from __future__ import annotations

from typing import Any, Optional

from . import colour, layers, turns
from .qt import QtCore
from .restored_client.desk.conversation import Conversation
from .restored_client.desk.overlay import RegionWant
from .restored_client.desk.previewstate import Want

SOON_MS = 30
"""When a crop is asked for again that could not be read in the middle of something else."""


class Asking:
    """The desk's Requests. `look` (a watching.Watching) reads the pixels. GUI thread; never waits for the daemon."""

    def __init__(self, conversation: Conversation, look: Any) -> None:
        self._conversation, self._look = conversation, look
        self._later: Optional[Want] = None
        self._soon = QtCore.QTimer(look)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._now)

    def ask_plan(self, text: str) -> None:
        self._conversation.explain(text, self._look.context, self._look.desk.standing)

    def drop_plan(self) -> None:
        self._conversation.drop_plan()

    def ask_preview(self, want: Want) -> None:
        self._later = None
        if not self._look.in_sight:
            return
        if turns.occupied():
            self._later = want
            self._soon.start()
            return
        asked = self._look.crop_for(want)
        if asked is not None:
            self._look.screens.in_front.set_busy(True)
            self._conversation.preview(asked)
        elif self._look.desk.awaits(want):  # another layer is in front, perhaps for a moment only
            self._later = want
            self._soon.start()

    def _now(self) -> None:
        if self._later is not None:
            self.ask_preview(self._later)

    def drop_preview(self) -> None:
        self._later = None
        self._conversation.drop_preview()
        self._look.screens.rest()

    def ask_region(self, want: RegionWant) -> None:
        if not self._look.watching or turns.occupied():
            QtCore.QTimer.singleShot(SOON_MS, self._place_later)
            return
        try:
            asked = self._look.region_for(want)
        except (layers.Refused, colour.ColourError):
            self._look.desk.overlay.located(want, None)
            return
        if asked is not None:
            self._conversation.region(asked)

    def drop_region(self) -> None:
        self._conversation.drop_region()

    def _place_later(self) -> None:
        desk = self._look.desk
        if desk.overlay.step and self._look.watching and not turns.occupied():
            desk.overlay.forget()
            desk.look()
