"""Where the preview is: in the docker (or the window that it was enlarged to), or on Krita's canvas."""

from __future__ import annotations

from typing import Any, Callable, Optional

from . import crops, places, target
from .oncanvas import OnCanvas
from .preview import PreviewPanel
from .qt import QtCore
from .restored_client.desk import state as states
from .restored_client.desk.previewstate import PreviewState
from .words import tr


class Screens:
    """Draws what the desk has to show there. `preview` and `canvas` take the same words and pictures."""

    def __init__(self, preview: PreviewPanel, canvas: OnCanvas) -> None:
        self._preview, self._canvas = preview, canvas
        self.on_canvas = False
        """Whether the preview is shown on the canvas, and not in the docker."""
        self._drawn: Any = None
        self._meant: Any = None  # the mask of the place on show

    @property
    def in_front(self) -> Any:
        """The one in use."""
        return self._canvas if self.on_canvas else self._preview

    @property
    def visible(self) -> bool:
        return self.on_canvas or self._preview.isVisible()

    def stand_on(self, document: Any) -> bool:
        """Stand above the canvas of the view in front, of this document; False when there is none."""
        return document is not None and self._canvas.begin(target.view(), document)

    def change(self, to_canvas: bool) -> None:
        """From the docker to the canvas, on which `stand_on` has stood, or back."""
        self.on_canvas, self._drawn, self._meant = to_canvas, None, None
        self._preview.show_place(None)
        if to_canvas:
            self._preview.drop_after()
        else:
            self._canvas.end()

    def rest(self) -> None:
        """Nothing is waited for."""
        self._preview.set_busy(False)

    def show(self, desk: Any, state: Optional[PreviewState], bounds: Any, opacity: Callable[[], float]) -> None:
        """Draw what the desk has to show of a layer, whose part on the canvas is `bounds`."""
        phase = desk.phase
        words = {states.FRESH: tr("After"), states.UPDATING: tr("Updating…"), states.FAILED: tr("No preview")}
        self.in_front.say_after(words.get(phase, ""))
        if phase != states.UPDATING:
            self.rest()
        if desk.preview is None:
            self._preview.clear()
            self._preview.say(desk.no_picture)
            return
        self._show_place(desk.overlay.mask, state, bounds)
        now = None if desk.stale else desk.shown  # what was restored for other words is not shown under these
        if now is self._drawn:
            return
        self._drawn = now
        if now is None or desk.after is None:
            self.in_front.drop_after()
            return
        after = crops.inner(desk.after, desk.shown.padded, desk.shown.box)
        if self.on_canvas:
            self._canvas.show_after(after, QtCore.QRectF(*crops.on_canvas(desk.shown.box, bounds)), opacity())
        else:
            self._preview.show_after(after)

    def _show_place(self, mask: Any, state: Optional[PreviewState], bounds: Any) -> None:
        if mask is self._meant:
            return
        self._meant = mask
        image = None if mask is None or state is None else places.tinted(mask)
        if self.on_canvas and image is not None and state is not None:
            self._canvas.show_place(image, QtCore.QRectF(*crops.on_canvas(state.box, bounds)))
        else:
            self.in_front.show_place(image)
