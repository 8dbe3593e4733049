"""Keeps the preview at the active layer: reads crops of it, has the desk ask for them restored, and shows what the desk says."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from . import colour, frames, inputs, layers, places, recipes, target, turns
from .oncanvas import OnCanvas, Sight
from .preview import Preview, image_of
from .qt import QtCore, Signal
from .restored_client.desk import state as states
from .restored_client.desk.conversation import Conversation, Look, RegionLook
from .restored_client.desk.masks import shrunk
from .restored_client.desk.overlay import RegionWant
from .restored_client.desk.previewstate import BESIDE, FIT, PreviewState, Want
from .restored_client.wire.pixels import Pixels
from .words import tr

WATCH_MS = 400
"""How often the active layer is looked at while the docker is visible: Krita announces no change of the active layer."""

SOON_MS = 30
"""When a crop is asked for again that could not be shown in the middle of something else."""


class Watching(QtCore.QObject):
    """The desk's Requests, about the active layer, or the layer that a result was made of while it is adjusted.

    GUI thread; captures a crop at most, never waits for the daemon.
    """

    turned = Signal()  # another layer, or none, is active now
    chose = Signal()  # more or fewer layers are chosen beside it, or it has another name

    def __init__(self, conversation: Conversation, preview: Preview, canvas: OnCanvas, parent: Any = None) -> None:
        super().__init__(parent)
        self._conversation, self._preview, self._canvas = conversation, preview, canvas
        self.on_canvas = False
        """Whether the preview is shown on the canvas, and not in the docker."""
        self.desk: Any = None
        self.target: Optional[Tuple[str, str]] = None
        self.context: Optional[Pixels] = None
        self.origin: Optional[recipes.Origin] = None
        """Where the active layer came from, when it is a result that can be adjusted."""
        self.adjusting = False
        self.name = ""
        """Of the active layer."""
        self.input = inputs.LAYER
        """What is restored: a value of `inputs`."""
        self.times: Tuple[int, ...] = ()
        """The frames of the active layer, where it is animated."""
        self.pictures = 0
        """How many are open."""
        self.chosen = 0
        """How many layers are chosen in the list of layers."""
        self._state: Optional[PreviewState] = None
        self._bounds = QtCore.QRect()  # of the layer on the canvas
        self._seen: Any = 0  # checksum of the crop on show
        self._drawn: Any = None
        self._meant: Any = None  # the mask of the place on show
        self._later: Optional[Want] = None
        self._watched = QtCore.QTimer(self)
        self._watched.setInterval(WATCH_MS)
        self._watched.timeout.connect(self.notice)
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._now)
        preview.panned.connect(self._pan)
        preview.settled.connect(self._settled)
        preview.resized.connect(self._resize)
        canvas.moved.connect(self._canvas_moved)

    @property
    def watching(self) -> bool:
        """Whether somebody can see the preview."""
        return self._watched.isActive()

    def watch(self, on: bool) -> None:
        """Look at the active layer from now on, or, while nobody can see the preview, not at all."""
        if on:
            self._watched.start()
            self.notice()
            self.desk.ask_again()  # what was asked for while nobody could see it was dropped
        else:
            self._watched.stop()
            self.show_on_canvas(False)
            self.drop_preview()

    def notice(self) -> None:
        """Follow the active layer; notice strokes on the crop that is on show, and another selection."""
        if turns.occupied():
            return  # the timer comes again
        document, node = target.active()
        self.input = inputs.still_there(self.input, document, node)
        now = target.identity(document, node)
        facts = (
            "" if node is None else node.name(),
            len(target.selected()),
            tuple(frames.times(document, node)),
            target.pictures(),
        )
        other = facts != (self.name, self.chosen, self.times, self.pictures)
        self.name, self.chosen, self.times, self.pictures = facts
        if other and now == self.target:
            self.chose.emit()
        if now != self.target:
            self.target, self._state = now, None
            if self.on_canvas and (document is None or not self._canvas.begin(target.view(), document)):
                self.on_canvas = False
            self._turn(document, node)
            self.turned.emit()
        elif self._state is None:
            if document is not None and self.source()[1] is not None:
                self._turn(document, node)  # what stood in the way may be gone: a stroke on an empty layer, an eye that opened
        elif self._checksum(document) != self._seen or self._refused():
            self._turn(document, node)

    def _refused(self) -> bool:
        """Whether the layer on show can no longer be restored, as when its eye was closed."""
        try:
            layers.check(*self.source(), layers.NEW_LAYER)
        except layers.Refused:
            return True
        return False

    def adjust(self, on: bool) -> None:
        """Work on what the active layer was made of, or on itself."""
        if self.adjusting != (on and self.origin is not None):
            self.adjusting = on and self.origin is not None
            self._state = None
            document, node = target.active()
            self._begin(document, node)

    def take(self, what: str) -> None:
        """Restore something else of the picture: a value of `inputs`."""
        if what != self.input:
            self.input = what
            self._state = None
            document, node = target.active()
            if document is not None:
                self._turn(document, node)

    def show_on_canvas(self, on: bool) -> None:
        """Show the preview on Krita's canvas from now on, or in the docker."""
        document, node = target.active()
        on = on and document is not None and self._canvas.begin(target.view(), document)
        if on != self.on_canvas:
            self.on_canvas, self._state, self._drawn, self._meant = on, None, None, None
            self._preview.show_place(None)
            if on:
                self._preview.drop_after()
            else:
                self._canvas.end()
            if self.watching:
                self._begin(document, node)
                self.chose.emit()

    @property
    def _screen(self) -> Any:
        return self._canvas if self.on_canvas else self._preview

    def hold_before(self, held: bool) -> None:
        """Show only what was before, wherever the preview is."""
        self._screen.hold_before(held)

    @property
    def held(self) -> bool:
        return self._screen.held

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

    def source(self) -> Tuple[Any, Any]:
        """The document and the layer whose pixels are restored; either may be None."""
        document, node = target.active()
        if self.adjusting and self.origin is not None and document is not None:
            return document, layers.find_node(document, self.origin.source)
        if self.input == inputs.VISIBLE and document is not None:
            return document, document.rootNode()
        return document, node

    # --- what the desk asks for ---

    def ask_plan(self, text: str) -> None:
        self._conversation.explain(text, self.context, self.desk.standing)

    def drop_plan(self) -> None:
        self._conversation.drop_plan()

    def ask_preview(self, want: Want) -> None:
        if not self.watching or not (self.on_canvas or self._preview.isVisible()):
            self._later = None
        elif turns.occupied():
            self._later = want
            self._soon.start()
        else:
            self._later = None
            crop = self._read()
            document, node = self.source()
            there = document is not None and node is not None  # reading lets events through: it may have been closed
            if crop is not None and there and self._state is not None and want.box == self._state.box:
                mask = self._mask(document, self._state.padded())
                if mask is not None and want.scale < 1.0:
                    mask = shrunk(mask, crop.width, crop.height)
                self._screen.set_busy(True)
                self._conversation.preview(Look(want, crop, mask, self.context))

    def ask_region(self, want: RegionWant) -> None:
        document, node = self.source()
        if not self.watching or node is None or turns.occupied():
            QtCore.QTimer.singleShot(SOON_MS, self._place_later)
            return
        try:
            crop = self._pixels(document, node, want.box)
        except (layers.Refused, colour.ColourError):
            self.desk.overlay.located(want, None)
            return
        self._conversation.region(RegionLook(want, crop, self.context))

    def _place_later(self) -> None:
        if self.desk.overlay.step and self.watching and not turns.occupied():
            self.desk.overlay.forget()
            self.desk.look()

    def drop_preview(self) -> None:
        self._later = None
        self._conversation.drop_preview()
        self._preview.set_busy(False)

    def _now(self) -> None:
        if self._later is not None:
            self.ask_preview(self._later)

    # --- showing ---

    def show(self) -> None:
        """Draw what the desk has to show."""
        desk = self.desk
        phase = desk.phase
        words = {states.FRESH: tr("After"), states.UPDATING: tr("Updating…"), states.FAILED: tr("No preview")}
        self._screen.say_after(words.get(phase, ""))
        if phase != states.UPDATING:
            self._preview.set_busy(False)
        if desk.preview is None:
            self._preview.clear()
            self._preview.say(desk.no_picture)
            return
        self._show_place()
        now = None if desk.stale else desk.shown  # what was restored for other words is not shown under these
        if now is self._drawn:
            return
        self._drawn = now
        if now is None or desk.after is None:
            self._screen.drop_after()
            return
        after = self._inner(desk.after, desk.shown.padded, desk.shown.box)
        if self.on_canvas:
            _document, node = self.source()
            opacity = 1.0 if node is None else node.opacity() / 255
            self._canvas.show_after(after, QtCore.QRectF(*self._on_canvas(desk.shown.box)), opacity)
        else:
            self._preview.show_after(after)

    def _show_place(self) -> None:
        mask = self.desk.overlay.mask
        if mask is self._meant:
            return
        self._meant = mask
        state = self._state
        image = None if mask is None or state is None else places.tinted(mask)
        if self.on_canvas and image is not None and state is not None:
            self._canvas.show_place(image, QtCore.QRectF(*self._on_canvas(state.box)))
        else:
            self._screen.show_place(image)

    def _turn(self, document, node) -> None:
        """Begin anew, at another layer or because this one was painted on."""
        origin = recipes.origin(document, node) if self.input == inputs.LAYER else None
        known, self.origin = self.origin, origin
        if origin is None or known is None or origin.result != known.result:
            self.adjusting = origin is not None
        self._begin(document, node)

    def _begin(self, document, node) -> None:
        """Show the layer that is worked on; the same part of it stays in sight when it was on show before."""
        seen = None if self._state is None else QtCore.QRectF(*self._on_canvas(self._state.box)).center()
        self._state, self.context = None, None
        self.desk.stand_on(self.origin.recipe.get("plan") if self.adjusting and self.origin is not None else None)
        document, node = self.source()
        try:
            layers.check(document, node, layers.NEW_LAYER)
            bounds = layers.extent(document, node)
        except layers.Refused as problem:
            self.desk.look_at(None, str(problem))
            return
        self.context = layers.thumbnail(node, bounds)
        self._bounds = bounds
        self._state = state = self._new_state(document, node, bounds, seen)
        if state is None:
            self.desk.look_at(None, tr("The layer is out of sight on the canvas."))
        elif self._read() is not None:
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
            self.drop_preview()
            if not turns.occupied():
                self._read()

    def _settled(self) -> None:
        """The crop stands where it is to be."""
        if self._state is not None:
            if not turns.occupied():
                self._read()
            self.desk.moved()

    def _on_canvas(self, box: layers.Rect) -> layers.Rect:
        return box[0] + self._bounds.x(), box[1] + self._bounds.y(), box[2], box[3]

    def _read(self) -> Optional[Pixels]:
        """Read the crop as it is now, and show it; None when that cannot be."""
        document, node = self.source()
        if self._state is None or node is None or target.identity(*target.active()) != self.target:
            return None
        padded = self._state.padded()
        try:
            crop = self._pixels(document, node, padded)
        except (layers.Refused, colour.ColourError) as problem:
            self._state = None  # `notice` tries again
            self.desk.look_at(None, str(problem))
            return None
        self._seen = self._checksum(document)
        if not self.on_canvas:
            self._preview.show_before(self._inner(crop, padded, self._state.box), max(1.0, self._state.factor))
        return crop

    def _pixels(self, document, node, box: layers.Rect) -> Pixels:
        """A rectangle of the layer, as it travels for the preview. Raises Refused, ColourError."""
        assert self._state is not None
        if box[2:] == (self._bounds.width(), self._bounds.height()) and self._state.scale < 1.0:
            return layers.small(node, self._bounds, *self._state.small(box))
        crop = target.crop(document, node, self._on_canvas(box))
        return crop if self._state.scale >= 1.0 else layers.shrunk(crop, *self._state.small(box))

    @staticmethod
    def _inner(pixels: Pixels, padded: layers.Rect, box: layers.Rect):
        """The crop without its margin, as an image. One that travelled smaller has no margin."""
        image = image_of(pixels)
        return image if padded == box else image.copy(box[0] - padded[0], box[1] - padded[1], box[2], box[3])

    def _mask(self, document, box: layers.Rect) -> Optional[Pixels]:
        """What of a rectangle of the layer may change; None where all of it may."""
        where = self._on_canvas(box)
        if self.adjusting and self.origin is not None:
            return self.origin.mask_in(where)
        selection = layers.selection_of(document, self.source()[1])
        return None if selection is None else Pixels(box[2], box[3], 1, "u8", bytes(selection.pixelData(*where)))

    def _checksum(self, document) -> Any:
        _document, node = self.source()
        if self._state is None or node is None:
            return None
        padded = self._state.padded()
        return target.checksum(document, node, self._on_canvas(padded)), layers.extent_or_none(document, node)
