"""One *Undo* for a result in place.

Krita's scripts have no step that exchanges a layer: the filled duplicate comes in with one and the old layer leaves with another.
Between the two both layers are there, which nobody asked to see, so *Undo* and *Redo* that end there go on by one step.
"""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

from krita import Krita

from . import nodes
from .qt import QtCore

_MOST = 200


class Steps(QtCore.QObject):
    """Listens to *Undo* and *Redo* of the windows; lives in the GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._exchanged: List[Tuple[str, str, str]] = []  # document, the layer that left, the one that came
        self._heard: List[Any] = []  # actions that are listened to
        self._own = False  # whether the step that is being taken is ours

    def note(self, document, former, layer) -> None:
        """`layer` has taken the place of `former`. Called after both steps."""
        self._exchanged.append((nodes.document_id(document), nodes.node_id(former), nodes.node_id(layer)))
        del self._exchanged[:-_MOST]
        self.listen()

    def listen(self) -> None:
        """Each window has actions of its own; a result is put in place in one, and perhaps undone in another."""
        if not self._exchanged:
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
        mine = [pair for pair in self._exchanged if pair[0] == identity]
        if not mine:
            return
        document.waitForDone()
        if any(nodes.find_node(document, former) and nodes.find_node(document, came) for _, former, came in mine):
            self._own = True
            action = Krita.instance().action(name)
            if action is not None:
                action.trigger()
            self._own = False


_steps: Optional[Steps] = None


def of_krita() -> Steps:
    """The one of this Krita. GUI thread only."""
    global _steps
    if _steps is None:
        _steps = Steps()
    return _steps
