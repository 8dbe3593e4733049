"""A step's place found in all of a layer, and made a selection or a transparency mask: a job, as it may take as long as one."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

from krita import Selection

from . import layers, nodes, turns
from .jobs import KritaJob
from .pixels import Space, to_wire
from .qt import QtCore
from .restored_client.desk.deeds import deed
from .restored_client.desk.overlay import is_shaped
from .restored_client.desk.queue import DONE, NOTHING
from .restored_client.wire.pixels import Pixels
from .words import tr

SELECTION, MASK = "selection", "mask"
"""What is made of a place."""


class PlaceJob(KritaJob):
    """`kind` (SELECTION or MASK) is made of where a step applies in all of a layer."""

    def __init__(self, kind: str, step: Mapping[str, Any], document: Any, node: Any, context: Optional[Pixels]) -> None:
        """Read the layer. Raises layers.Refused, colour.ColourError."""
        bounds = layers.extent(document, node)
        self.rect: nodes.Rect = bounds.getRect()
        super().__init__(tr("Where “%s” applies") % deed(step, tr), self.rect[2] * self.rect[3])
        self._kind, self._name = kind, nodes.name_of(document, node)
        self.region: Dict[str, Any] = dict(step["region"])
        self.context, self.profile = context, nodes.profile_of(node)
        self._ids = nodes.document_id(document), nodes.node_id(node)
        self._space: Space = nodes.space_of(node)
        self._data: Any = nodes.read(node, self.rect)

    @property
    def pixels(self) -> Pixels:
        """Of all of the layer, as they travel."""
        return to_wire(self._data, self._space, *self.rect[2:])

    def work(self, working: Any) -> Tuple[str, str]:
        mask = working.find(self)
        if not any(mask.view):
            return NOTHING, tr("The place could not be found in this layer.")
        ready = QtCore.QByteArray(bytes(mask.view))
        self.go_on()
        return DONE, working.in_gui(self, lambda: self._use(ready))

    def let_go(self) -> None:
        self._data, self.context = b"", None

    def _use(self, ready: Any) -> str:
        """Make of it what was asked for; a sentence. GUI thread only; raises Refused."""
        document = nodes.find_document(self._ids[0])
        node = None if document is None else nodes.find_node(document, self._ids[1])
        if document is None:
            raise layers.Refused(tr("The document was closed or flattened in the meantime; the result was dropped."))
        if node is None:
            raise layers.Refused(tr("The layer “%s” was deleted or merged in the meantime; the result was dropped.") % self._name)
        chosen = Selection()
        chosen.setPixelData(ready, *self.rect)
        with turns.taken():
            if self._kind == SELECTION:
                document.setSelection(chosen)
                if is_shaped(self.region):
                    return tr("The place is selected now.")
                return tr("What was found is selected now. Add to the selection or take from it, then restore.")
            mask = document.createTransparencyMask(tr("Place"))
            mask.setSelection(chosen)
            node.addChildNode(mask, None)
            return tr("“%s” has a transparency mask of the place now.") % nodes.name_of(document, node)
