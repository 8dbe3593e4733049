"""Which layer is active after ours came. GUI thread only."""

from __future__ import annotations

from typing import Any

from . import nodes, turns
from .qt import QtCore

LOOK_MS = 50
LOOKS = 40
"""After which Krita has made a new layer the active one, or never will."""


def instead(document: Any, mask: Any, layer: Any) -> None:
    """Have `layer` active as soon as Krita makes `mask` so, which it does some time after that came into the tree: what is
    painted then goes to the layer, and the docker is about it."""
    _look(nodes.document_id(document), nodes.node_id(mask), nodes.node_id(layer), LOOKS)


def _look(document_id: str, mask: str, layer: str, left: int) -> None:
    document = nodes.find_document(document_id)
    with turns.interrupted():
        active = None if document is None else document.activeNode()
    if document is None or not left:
        return
    if active is not None and nodes.node_id(active) == mask:
        wanted = nodes.find_node(document, layer)
        if wanted is not None:
            document.setActiveNode(wanted)
        return
    QtCore.QTimer.singleShot(LOOK_MS, lambda: _look(document_id, mask, layer, left - 1))
