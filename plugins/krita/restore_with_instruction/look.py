"""The preview's side of the conversation: which crop of which layer is shown, and what to ask the daemon about it."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from . import colour, layers, target, turns
from .i18n import tr
from .live import Live, Request
from .preview import Preview, image_of
from .qt import QtCore, Signal
from .restored_client.desk.previewstate import PreviewState
from .restored_client.wire.pixels import Pixels

WATCH_MS = 400
"""How often the active layer is looked at while the docker is visible: Krita announces no change of the active layer."""


SOON_MS = 30
"""When a crop is asked for again that could not be shown in the middle of something else."""


class Asked(NamedTuple):
    """What the docker's settings ask for."""

    plan: Dict[str, Any]
    key: Tuple[Any, ...]
    strength: float
    actionable: bool


class Look(QtCore.QObject):
    """Keeps the preview at the active layer. GUI thread; captures a crop at most, never waits for the daemon."""

    turned = Signal()  # another layer, or none, is active now
    shown = Signal()  # a preview came

    def __init__(self, live: Live, preview: Preview, asked: Callable[[], Asked], parent=None) -> None:
        super().__init__(parent)
        self._live, self._preview, self._asked = live, preview, asked
        self.target: Optional[Tuple[str, str]] = None
        self.context: Optional[Pixels] = None
        self._state: Optional[PreviewState] = None
        self._bounds = QtCore.QRect()  # of the layer on the canvas
        self._seen = 0  # checksum of the crop on show
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self._timer.timeout.connect(self.notice)
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.ask)
        preview.panned.connect(self._pan)
        preview.settled.connect(self.ask)
        preview.resized.connect(self._resize)
        live.looked.connect(self._arrived)
        live.looking.connect(preview.set_busy)
        preview.say(tr("Open a picture first."))

    def watch(self, on: bool) -> None:
        """Look at the active layer from now on, or, while nobody can see the preview, not at all."""
        if on:
            self._timer.start()
            self.notice()
            self.ask()  # what was asked for while nobody could see it was dropped
        else:
            self._timer.stop()
            self._live.drop_look()

    def notice(self) -> None:
        """Follow the active layer; notice strokes on the crop that is on show."""
        if turns.occupied():
            return  # the timer comes again
        document, node = target.active()
        now = target.identity(document, node)
        if now != self.target:
            self.target, self._state = now, None
            self._preview.clear()
            self._turn(document, node)
            self.turned.emit()
        elif self._state is None:
            if node is not None:
                self._turn(document, node)  # what stood in the way may be gone: a stroke on an empty layer, an eye that opened
        elif target.checksum(node, self._on_canvas(self._state.padded())) != self._seen:
            self._turn(document, node)

    def ask(self) -> None:
        """Show the crop as it is, and have it restored if that is not on show already."""
        if turns.occupied():
            self._soon.start()
            return
        asked = self._asked()
        request = self._show_crop(asked)
        if not asked.actionable:
            self._preview.drop_after()
            self._live.drop_look()
        elif request is not None and self._timer.isActive():
            self._live.ask_look(request)

    def _turn(self, document, node) -> None:
        """Begin anew, at another layer or because this one was painted on; then the same part of it stays in sight."""
        seen = None if self._state is None else QtCore.QRectF(*self._on_canvas(self._state.box)).center()
        self._state, self.context = None, None
        self._live.drop_look()
        try:
            layers.check(document, node, layers.NEW_LAYER)
            bounds = layers.extent(document, node)
        except layers.Refused as problem:
            self._preview.clear()
            self._preview.say(str(problem))
            return
        self.context = layers.thumbnail(node, bounds)
        self._bounds = bounds
        self._state = PreviewState(bounds.width(), bounds.height(), self._view())
        if seen is None:
            seen = target.centre(document, bounds)
        self._state.centre(seen.x() - bounds.x(), seen.y() - bounds.y())
        self.ask()

    def _view(self) -> Tuple[int, int]:
        ratio = self._preview.devicePixelRatioF()
        return max(16, round(self._preview.width() * ratio)), max(16, round(self._preview.height() * ratio))

    def _resize(self) -> None:
        old = self._state
        if old is not None:
            x, y, width, height = old.box
            if self._view()[0] <= width and self._view()[1] <= height:
                return  # what is on show reaches beyond the edges: nothing has to be inferred again
            self._state = PreviewState(old.width, old.height, self._view())
            self._state.centre(x + width / 2, y + height / 2)
            self.ask()

    def _pan(self, dx: float, dy: float) -> None:
        if self._state is not None and self._state.pan(dx, dy):
            self._preview.drop_after()
            self._live.drop_look()
            if not turns.occupied():
                self._show_crop(self._asked())

    def _on_canvas(self, box: layers.Rect) -> layers.Rect:
        return box[0] + self._bounds.x(), box[1] + self._bounds.y(), box[2], box[3]

    def _show_crop(self, asked: Asked) -> Optional[Request]:
        """Show the crop as it is now; returns what to ask the daemon for, if anything."""
        document, node = target.active()
        if self._state is None or target.identity(document, node) != self.target:
            return None
        padded = self._state.padded()
        try:
            crop, self._seen = target.crop(document, node, self._on_canvas(padded))
        except (layers.Refused, colour.ColourError) as problem:
            self._state = None  # `notice` tries again
            self._preview.clear()
            self._preview.say(str(problem))
            return None
        self._preview.show_before(_inner(crop, padded, self._state.box))
        want = self._state.want(asked.plan, asked.key, asked.strength)
        return None if want is None else Request(want, crop, self.context)

    def _arrived(self, want, job: str, pixels: Optional[Pixels]) -> None:
        if self._state is None or want.box != self._state.box:
            return
        self._state.rendered(want, job)
        self.shown.emit()
        if pixels is None:
            self._preview.drop_after()
        else:
            self._preview.show_after(_inner(pixels, want.padded, want.box))


def _inner(pixels: Pixels, padded: layers.Rect, box: layers.Rect):
    """The crop without its margin, as an image."""
    return image_of(pixels).copy(box[0] - padded[0], box[1] - padded[1], box[2], box[3])
