"""One *Undo* for a result in place, and for one with a mask.

Krita's scripts have no step that exchanges a layer: the filled duplicate comes in with one and the old layer leaves with another.
Between the two both layers are there, which nobody asked to see, so *Undo* and *Redo* that end there go on by one step. A layer
and its mask come with two steps, too, and between them the layer is bare.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Tuple

from krita import Krita

from . import nodes
from .qt import QtCore

_MOST = 200


class Steps(QtCore.QObject):
    """Listens to *Undo* and *Redo* of the windows; lives in the GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: List[Tuple[str, Callable[[Any], bool]]] = []  # a document, and whether it stands between two steps
        self._heard: List[Any] = []  # actions that are listened to
        self._own = False  # whether the step that is being taken is ours

    def note_exchange(self, document, former, layer) -> None:
        """`layer` has taken the place of `former`. Called after both steps."""
        left, came = nodes.node_id(former), nodes.node_id(layer)
        self._note(document, lambda now: bool(nodes.find_node(now, left) and nodes.find_node(now, came)))

    def note_masked(self, document, layer, mask) -> None:
        """`layer` has come, and then `mask` to it."""
        below, above = nodes.node_id(layer), nodes.node_id(mask)

        def bare(now) -> bool:
            if nodes.find_node(now, above) or not nodes.find_node(now, below):
                return False
            # else somebody has taken the mask away, and undid another step now
            names = [_name_of("edit_undo"), _name_of("edit_redo")]
            return names[0] == names[1]

        self._note(document, bare)

    def _note(self, document, between: Callable[[Any], bool]) -> None:
        self._pairs.append((nodes.document_id(document), between))
        del self._pairs[:-_MOST]
        self.listen()

    def listen(self) -> None:
        """Each window has actions of its own; a result is put in place in one, and perhaps undone in another."""
        if not self._pairs:
            return
        for name, slot in (("edit_undo", self._undone), ("edit_redo", self._redone)):
            action = Krita.instance().action(name)
            if action is not None and action not in self._heard:
                self._heard.append(action)
                action.triggered.connect(slot)

    def _undone(self) -> None:
        self._after("edit_undo")

    def _redone(self) -> None:
        self._after("edit_redo")

    def _after(self, name: str) -> None:
        """Krita has taken a step. Not before the action has returned: it cannot be carried out inside itself."""
        if not self._own:
            QtCore.QTimer.singleShot(0, lambda: self._go_on(name))

    def _go_on(self, name: str) -> None:
        """Take another step where this one ended between two."""
        document = Krita.instance().activeDocument()
        if document is None or document.rootNode() is None:
            return
        identity = nodes.document_id(document)
        mine = [between for each, between in self._pairs if each == identity]
        if not mine:
            return
        document.waitForDone()
        if any(between(document) for between in mine):
            self._own = True
            action = Krita.instance().action(name)
            if action is not None:
                action.trigger()
            self._own = False


def _name_of(action: str) -> str:
    """What Krita calls the step that an action would take, which stands behind the verb."""
    found = Krita.instance().action(action)
    return "" if found is None else found.text().partition(" ")[2]


_steps: Optional[Steps] = None


def of_krita() -> Steps:
    """The one of this Krita. GUI thread only."""
    global _steps
    if _steps is None:
        _steps = Steps()
    return _steps
