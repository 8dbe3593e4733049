"""Which layer the docker is about: the active one of the active document, noticed when it is another one or was painted on."""

from __future__ import annotations

import zlib
from typing import Any, List, NamedTuple, Optional, Tuple

from krita import Krita

from . import colour, frames, layers, lists, miniature, movedcrop, nodes, turns
from .pixels import Space, to_wire
from .qt import QtCore
from .restored_client.desk.wish import NEW_LAYER
from .restored_client.wire.pixels import Pixels

DISPLAY = Space("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
"""Previews are shown, not kept: 8 bits are what the screen has."""


def active() -> Tuple[Any, Any]:
    """The active document and its active layer; either may be None (Krita knows no active layer just after opening)."""
    document, node = as_named()
    return document, None if is_gone(node) else node


def as_named() -> Tuple[Any, Any]:
    """The same as Krita says it: for a moment it still names a layer that was just removed."""
    with turns.interrupted():
        return _in_front()


def is_gone(node) -> bool:
    """Whether a layer is in no document's tree (any more). Krita says of one that it is two thousand million pixels wide."""
    return node is not None and node.parentNode() is None


def _in_front() -> Tuple[Any, Any]:
    document = Krita.instance().activeDocument()
    return document, document.activeNode() if document is not None else None


def pictures() -> int:
    """How many are open."""
    return len(lists.documents())


class Facts(NamedTuple):
    """What the docker says of what is active: the layer's name, how many layers are chosen in the list of layers, at which frames
    the layer changes where it is animated, and how many pictures are open."""

    name: str
    chosen: int
    times: Tuple[int, ...]
    pictures: int


NOTHING = Facts("", 0, (), 0)


def facts(document, node) -> Facts:
    return Facts("" if node is None else node.name(), len(selected(node)), tuple(frames.times(document, node)), pictures())


def identity(document, node) -> Optional[Tuple[str, str]]:
    if document is None or node is None:
        return None
    return nodes.document_id(document), nodes.node_id(node)


def centre(document, node, bounds) -> QtCore.QPoint:
    """Where on the canvas to look first: the middle of the selection, or of the layer, of which `bounds` are on the canvas."""
    selection = nodes.selection_of(document, node)
    if selection is not None:
        chosen = QtCore.QRect(selection.x(), selection.y(), selection.width(), selection.height()).intersected(bounds)
        if not chosen.isEmpty():
            return chosen.center()
    return bounds.center()


def crop(document, node, box: nodes.Rect) -> Pixels:
    """A rectangle inside the layer for the preview. Raises Refused, ColourError."""
    layers.check(document, node, NEW_LAYER)
    data, space = nodes.read(node, box), nodes.space_of(node)
    quickly = movedcrop.shown(data, box, space, colour.profile_of(node, space))
    if quickly is not None:
        return Pixels(box[2], box[3], 4, "u8", quickly)
    return to_wire(colour.convert(data, *box[2:], space, DISPLAY), DISPLAY, *box[2:])


LITTLE = 1 << 20
"""Pixels that can be read whenever it is looked for strokes."""


def checksum(document, node, box: nodes.Rect) -> Any:
    """Something that is another when that rectangle, or what is selected of it, was changed. Of a large one a thumbnail tells,
    which Krita keeps until somebody paints."""
    selection, little = nodes.selection_of(document, node), box[2] * box[3] <= LITTLE
    chosen: Any = None
    if selection is not None:
        chosen = selection.x(), selection.y(), selection.width(), selection.height()
        chosen += (zlib.crc32(selection.pixelData(*box)),) if little else ()
    if little:
        return zlib.crc32(nodes.read(node, box)), chosen
    seen = miniature.thumbnail(node, QtCore.QRect(*box))
    return 0 if seen is None else zlib.crc32(seen.view), chosen


def view() -> Any:
    """The view in front, or None."""
    window = Krita.instance().activeWindow()
    return None if window is None else window.activeView()


def selected(node) -> List[Any]:
    """The layers that are chosen in the list of layers, the active one, `node`, first; one or none in Krita's that cannot say."""
    front = view()
    nodes = [] if front is None else lists.chosen(front)
    others = [each for each in nodes if node is None or each.uniqueId() != node.uniqueId()]
    return others if node is None else [node, *others]
