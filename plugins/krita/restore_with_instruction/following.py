"""Which layer is worked on: follows the active one, notices strokes and selections, and knows what of it is restored."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from . import capture, inputs, layers, nodes, recipes, target, turns
from .qt import QtCore, Signal
from .restored_client.desk.previewstate import PreviewState
from .restored_client.desk.wish import NEW_LAYER

WATCH_MS = 400
"""How often the active layer is looked at while the docker is visible: Krita announces no change of the active layer."""


class Following(QtCore.QObject):
    """The part of `Watching` that looks at Krita; that shows what is found. GUI thread."""

    turned = Signal()  # another layer, or none, is active now
    chose = Signal()  # more or fewer layers are chosen beside it, or it has another name

    line: Any
    screens: Any

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.desk: Any = None
        self.target: Optional[Tuple[str, str]] = None
        self.origin: Optional[recipes.Origin] = None
        """Where the active layer came from, when it is a result that can be adjusted."""
        self.adjusting = False
        self.input = inputs.LAYER
        """What is restored: a value of `inputs`."""
        self.facts = target.NOTHING
        self._state: Optional[PreviewState] = None
        self._seen: Any = 0  # checksum of the crop on show
        self._watched = QtCore.QTimer(self)
        self._watched.setInterval(WATCH_MS)
        self._watched.timeout.connect(self.notice)

    # --- what Watching does ---

    def _begin(self, document, node) -> None:
        """Show the layer that is worked on."""
        raise NotImplementedError

    def _checksum(self, document, node) -> Any:
        """Another one when what is on show was changed."""
        raise NotImplementedError

    def show_on_canvas(self, on: bool) -> None:
        raise NotImplementedError

    # --- following ---

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
            self.line.drop_preview()

    def notice(self) -> None:
        """Follow the active layer; notice strokes on the crop that is on show, and another selection."""
        if turns.occupied():
            return  # the timer comes again
        document, node = target.as_named()
        if target.is_gone(node):
            return  # another one is about to take its place
        self.input = inputs.still_there(self.input, document, node)
        now = target.identity(document, node)
        facts = target.facts(document, node)
        area = inputs.area(self.input, document, node, facts, self.desk.output)
        other, self.facts, self.desk.area = (facts, area) != (self.facts, self.desk.area), facts, area
        if other and now == self.target:
            self.chose.emit()
        if now != self.target:
            self.target, self._state = now, None
            if self.screens.on_canvas and not self.screens.stand_on(document):
                self.screens.on_canvas = False
            self._turn(document, node)
            self.turned.emit()
        elif self._state is None:
            if document is not None and self._source_of(document, node)[1] is not None:
                self._turn(document, node)  # what stood in the way may be gone: a stroke on an empty layer, an eye that opened
        elif self._is_another(*self._source_of(document, node)):
            self._turn(document, node)

    def _is_another(self, document, node) -> bool:
        """Whether what is on show of this layer was changed, or it can no longer be restored, as when its eye was closed."""
        if node is None or self._checksum(document, node) != self._seen:
            return True
        try:
            self._usable(document, node)
        except layers.Refused:
            return True
        return False

    def _usable(self, document, node) -> QtCore.QRect:
        """The part on the canvas of a layer that can be restored. Raises Refused."""
        layers.check(document, node, NEW_LAYER)
        bounds = layers.extent(document, node)
        if not self.adjusting and self.input in (inputs.LAYER, inputs.VISIBLE):
            capture.check_selected(document, node, bounds)
        return bounds

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

    def source(self) -> Tuple[Any, Any]:
        """The document and the layer whose pixels are restored; either may be None."""
        return self._source_of(*target.active())

    def _source_of(self, document, node) -> Tuple[Any, Any]:
        """The same of what is active."""
        if self.adjusting and self.origin is not None and document is not None:
            return document, nodes.find_node(document, self.origin.source)
        if self.input == inputs.VISIBLE and document is not None:
            return document, document.rootNode()
        return document, node

    def _turn(self, document, node) -> None:
        """Begin anew, at another layer or because this one was painted on."""
        origin = recipes.origin(document, node) if self.input == inputs.LAYER else None
        known, self.origin = self.origin, origin
        if origin is None or known is None or origin.result != known.result:
            self.adjusting = origin is not None
        self._begin(document, node)
