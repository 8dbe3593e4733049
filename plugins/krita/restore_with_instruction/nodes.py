"""A layer as Krita has it: who it is, where it lies, its colour space, its pixels, its relatives. GUI thread only."""

from __future__ import annotations

from typing import Iterator, Optional, Tuple

from . import colour, lists
from .pixels import Space
from .qt import QtCore
from .words import tr

Rect = Tuple[int, int, int, int]


def document_id(document) -> str:
    """A document's identity while it is open: Krita has no id for it, its root node has."""
    return document.rootNode().uniqueId().toString()


def node_id(node) -> str:
    return node.uniqueId().toString()


def find_document(identity: str):
    """The open document with this id, or None."""
    for document in lists.documents():
        if document.rootNode() is not None and document_id(document) == identity:
            return document
    return None


def find_node(document, identity: str):
    """The node with this id, or None when it was deleted."""
    return next((node for node in with_descendants(document.rootNode()) if node_id(node) == identity), None)


def selection_of(document, node):
    """What is selected: by a local selection mask of the layer, else on the whole canvas; None when nothing is."""
    for child in lists.children(node) if node is not None and not is_root(node) else ():
        if child.type() == "selectionmask" and child.visible() and hasattr(child, "selection"):
            return child.selection()
    return document.selection()


def profile_of(node) -> Optional[bytes]:
    """The ICC profile that a layer's pixels travel with; None where they are sRGB."""
    return colour.profile_of(node, space_of(node))


def is_root(node) -> bool:
    """Whether this stands for all that is visible."""
    return node.parentNode() is None


def name_of(document, node) -> str:
    """A layer's name; of all that is visible, the picture's."""
    return (document.name() or tr("The picture")) if is_root(node) else node.name()


def extent_or_none(document, node) -> Optional[Rect]:
    """The same as a rectangle, or None."""
    bounds = node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))
    return None if bounds.isEmpty() else bounds.getRect()


def space_of(node) -> Space:
    return Space(node.colorModel(), node.colorDepth(), node.colorProfile())


def read(node, rect: Rect):
    """Krita's bytes of a rectangle of the layer, or of what the layers in a group look like together."""
    return (node.pixelData if node.type() == "paintlayer" else node.projectionPixelData)(*rect)


def with_ancestors(node) -> Iterator:
    while node is not None and node.parentNode() is not None:  # the root itself is neither locked nor hidden
        yield node
        node = node.parentNode()


def with_descendants(node) -> Iterator:
    yield node
    for child in lists.children(node):
        yield from with_descendants(child)
