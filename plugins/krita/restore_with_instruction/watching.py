"""Keeps the preview at the active layer: reads crops of it, has the desk ask for them restored, and shows what the desk says."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from . import colour, crops, layers, miniature, target, turns
from .asking import Asking
from .following import Following
from .oncanvas import OnCanvas, Sight
from .preview import PreviewPanel
from .qt import QtCore
from .restored_client.desk import state as states
from .restored_client.desk.conversation import Conversation, Look, RegionLook
from .restored_client.desk.masks import shrunk
from .restored_client.desk.overlay import RegionWant
from .restored_client.desk.previewstate import BESIDE, FIT, PreviewState, Want
from .restored_client.wire.pixels import Pixels
from .screens import Screens
from .words import tr


class Watching(Following):
    """About the active layer, or the layer that a result was made of while it is adjusted. `line` is what the desk asks.

    GUI thread; captures a crop at most, never waits for the daemon.
    """

    def __init__(self, conversation: Conversation, preview: PreviewPanel, canvas: OnCanvas, parent: Any = None) -> None:
        super().__init__(parent)
        self._preview, self._canvas = preview, canvas
        self.screens = Screens(preview, canvas)
        self.line = Asking(conversation, self)
        self.context: Optional[Pixels] = None
        self._bounds = QtCore.QRect()  # of the layer on the canvas
        self._seen: Any = 0  # checksum of the crop on show
        preview.panned.connect(self._pan)
        preview.settled.connect(self._settled)
        preview.resized.connect(self._resize)
        canvas.moved.connect(self._canvas_moved)

    def show_on_canvas(self, on: bool) -> None:
        """Show the preview on Krita's canvas from now on, or in the docker."""
        document, node = target.active()
        on = on and self.screens.stand_on(document)
        if on != self.on_canvas:
            self._state = None
            self.screens.change(on)
            if self.watching:
                self._begin(document, node)
                self.chose.emit()

    @property
    def on_canvas(self) -> bool:
        """Whether the preview is shown on the canvas, and not in the docker."""
        return self.screens.on_canvas

    def hold_before(self, held: bool) -> None:
        """Show only what was before, wherever the preview is."""
        self.screens.in_front.hold_before(held)

    @property
    def held(self) -> bool:
        return self.screens.in_front.held

    def zoom(self, zoom: float) -> None:
        """Show the preview larger or smaller."""
        self.desk.zoom = zoom
        if self._state is not None and self._state.set_zoom(zoom):
            self._preview.drop_after()
            self._settled()

    def compare(self, way: str) -> None:
        """Show before and after in another way: a value of previewstate.COMPARISONS."""
        self.desk.compare = way
        self._preview.set_beside(way == BESIDE)
        if self._state is not None and self._state.set_compare(way):
            self._preview.drop_after()
            self._settled()

    # --- what the desk asks for, and shows ---

    @property
    def in_sight(self) -> bool:
        """Whether somebody sees what a preview would show."""
        return self.watching and self.screens.visible

    def crop_for(self, want: Want) -> Optional[Look]:
        """The crop that a preview is wanted of, read now; None when it cannot be, or is another one meanwhile."""
        active = target.active()
        crop = self._read(*active)
        document, node = self._source_of(*active)
        if crop is None or document is None or node is None or self._state is None or want.box != self._state.box:
            return None
        where = crops.on_canvas(self._state.padded(), self._bounds)
        mask = crops.mask(document, node, where, self.origin if self.adjusting else None)
        if mask is not None and want.reduction < 1.0:
            mask = shrunk(mask, crop.width, crop.height)
        return Look(want, crop, mask, self.context)

    def region_for(self, want: RegionWant) -> Optional[RegionLook]:
        """The pixels that a place is wanted in, read now; None when nothing is on show. Raises Refused, ColourError."""
        document, node = self.source()
        if node is None or self._state is None:
            return None
        return RegionLook(want, crops.pixels(document, node, self._bounds, self._state, want.box), self.context)

    def show(self) -> None:
        """Draw what the desk has to show."""
        self.screens.show(self.desk, self._state, self._bounds, self._opacity)

    def _opacity(self) -> float:
        """Of the layer that is restored."""
        node = self.source()[1]
        return 1.0 if node is None else node.opacity() / 255

    # --- the layer and what of it is on show ---

    def _begin(self, document, node) -> None:
        """Show the layer that is worked on; the same part of it stays in sight when it was on show before."""
        seen = None if self._state is None else QtCore.QRectF(*crops.on_canvas(self._state.box, self._bounds)).center()
        self._state, self.context = None, None
        self.desk.stand_on(self.origin.recipe.get("plan") if self.adjusting and self.origin is not None else None)
        active = document, node
        document, node = self._source_of(*active)
        try:
            bounds = self._usable(document, node)
        except layers.Refused as problem:
            self.desk.look_at(None, str(problem))
            return
        self.context = miniature.thumbnail(node, bounds)
        self._bounds = bounds
        self._state = state = self._new_state(document, node, bounds, seen)
        if state is None:
            self.desk.look_at(None, tr("The layer is out of sight on the canvas."))
        elif self._read(*active) is not None:
            self.desk.look_at(state)

    def _new_state(self, document, node, bounds, seen) -> Optional[PreviewState]:
        """What is to be looked at of a layer; `seen` is the middle of what was, on the canvas. None when nothing is in sight."""
        if self.on_canvas:
            return self._canvas.sight(bounds)
        state = PreviewState(bounds.width(), bounds.height(), self._view(), zoom=self.desk.zoom)
        state.set_compare(self.desk.compare)
        if seen is None:
            seen = target.centre(document, node, bounds)
        state.centre(seen.x() - bounds.x(), seen.y() - bounds.y())
        return state

    def _canvas_moved(self) -> None:
        """Another part of the picture is in sight on the canvas."""
        if self.on_canvas and self._watched.isActive():
            now = self._canvas.sight(self._bounds)
            if now is None or not isinstance(self._state, Sight) or not self._state.covers(now):
                self._begin(*target.active())

    def _view(self) -> Tuple[int, int]:
        ratio, room = self._preview.devicePixelRatioF(), self._preview.size()
        return max(16, round(room.width() * ratio)), max(16, round(room.height() * ratio))

    def _resize(self) -> None:
        state = self._state
        if state is not None and not self.on_canvas:
            _x, _y, width, height = state.box
            twice = 2 if state.compare == BESIDE else 1
            large = self._view()[0] <= twice * width * state.factor and self._view()[1] <= height * state.factor
            if large and state.zoom != FIT and self.desk.phase == states.FRESH:
                return  # what is on show reaches beyond the edges: nothing has to be inferred again
            if state.resize(*self._view()) or self.desk.phase == states.UPDATING:
                self._settled()

    def _pan(self, dx: float, dy: float) -> None:
        if self._state is not None and self._state.pan(dx / self._state.factor, dy / self._state.factor):
            self._preview.drop_after()
            self.line.drop_preview()
            self._read_now()

    def _settled(self) -> None:
        """The crop stands where it is to be."""
        if self._state is not None:
            self._read_now()
            self.desk.moved()

    def _read_now(self) -> None:
        if not turns.occupied():
            self._read(*target.active())

    def _read(self, document, node) -> Optional[Pixels]:
        """Read the crop as it is now, and show it; None when that cannot be. Given what is active."""
        front = target.identity(document, node)
        document, node = self._source_of(document, node)
        if self._state is None or node is None or front != self.target:
            return None
        padded = self._state.padded()
        seen = self._checksum(document, node)  # before: somebody may paint while Krita converts what was read
        try:
            crop = crops.pixels(document, node, self._bounds, self._state, padded)
        except (layers.Refused, colour.ColourError) as problem:
            self._state = None  # `notice` tries again
            self.desk.look_at(None, str(problem))
            return None
        self._seen = seen
        if not self.on_canvas:
            self._preview.show_before(crops.inner(crop, padded, self._state.box), max(1.0, self._state.factor))
        return crop

    def _checksum(self, document, node) -> Any:
        assert self._state is not None, "something is on show"
        return crops.checksum(document, node, self._bounds, self._state)
