"""What is restored: the active layer (or those that are chosen), all that is visible, all frames, or every open picture."""

from __future__ import annotations

from typing import Any, List, Tuple

from krita import Krita

from . import capture, frames, layers, lists, nodes, spoken, target, turns
from .qt import Qt, QtWidgets, Signal
from .restored_client.desk.wish import NEW_LAYER
from .words import tr

LAYER, VISIBLE, FRAMES, PICTURES = "layer", "visible", "frames", "pictures"


def pictures() -> List[Tuple[Any, Any]]:
    """Every open document with its active layer, the one in front first; where Krita knows none, the topmost that can be used."""
    front = Krita.instance().activeDocument()
    found = []
    for document in lists.documents():
        if document.rootNode() is not None:
            with turns.interrupted():
                node = document.activeNode()
            node = node or _topmost(document)
            first = front is not None and nodes.document_id(document) == nodes.document_id(front)
            found.insert(0 if first else len(found), (document, node))
    return found


def _topmost(document) -> Any:
    for node in reversed(lists.top_level(document)):
        try:
            layers.check(document, node, NEW_LAYER)
        except layers.Refused:
            continue
        return node
    return None


class InputChoice(QtWidgets.QComboBox):
    """Names what is worked on, and offers what else can be. `chosen` carries a value of this module."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        spoken.call(self, tr("What is restored"))
        self._shown: Any = None
        self.activated.connect(lambda _row: self.chosen.emit(self.currentData()))

    def show_state(self, name: str, now: str, count: int, several: int) -> None:
        """name: of the active layer, empty when there is none. now: what is chosen. count: how many frames that layer has.
        several: how many pictures are open."""
        rows = [(LAYER, tr("Layer: %s") % name if name else tr("No layer")), (VISIBLE, tr("All that is visible"))]
        if count > 1:
            rows.append((FRAMES, tr("All %d frames") % count))
        if several > 1:
            rows.append((PICTURES, tr("Every open picture (%d)") % several))
        state = (rows, now, self.width())
        if state == self._shown:
            return
        self._shown = state
        self.blockSignals(True)
        self.clear()
        room = max(60, self.width() - 40)
        for value, words in rows:
            self.addItem(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room), value)
            self.setItemData(self.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(max(0, self.findData(now)))
        self.setToolTip(self.currentData(Qt.ItemDataRole.ToolTipRole) or "")
        self.blockSignals(False)


def still_there(now: str, document, node) -> str:
    """What is chosen, or the active layer where that makes no sense any more."""
    if now == FRAMES and len(frames.times(document, node)) < 2:
        return LAYER
    if now == PICTURES and len(lists.documents()) < 2:
        return LAYER
    return now


def area(now: str, document, node, facts: target.Facts, output: str) -> int:
    """Pixels that *Restore* would read of what is chosen."""
    if document is None or node is None:
        return 0
    if now == PICTURES:
        return sum(capture.area(each, layer, output) for each, layer in pictures() if layer is not None)
    if now == FRAMES:
        return document.width() * document.height() * len(facts.times)
    if now == VISIBLE:
        return capture.area(document, document.rootNode(), output)
    return capture.area(document, node, output) * max(1, facts.chosen)


def deed(now: str, facts: target.Facts) -> str:
    """What *Restore* would do to what is chosen, in words."""
    if now == PICTURES:
        return tr("Restore %d pictures") % facts.pictures
    if now == FRAMES:
        return tr("Restore %d frames") % len(facts.times)
    return tr("Restore %d layers") % facts.chosen if now == LAYER and facts.chosen > 1 else tr("Restore")
