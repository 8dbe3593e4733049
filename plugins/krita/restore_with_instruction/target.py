"""Which layer the docker is about: the active one of the active document, noticed when it is another one or was painted on."""

from __future__ import annotations

import zlib
from typing import Optional, Tuple

from krita import Krita

from . import colour, layers
from .pixels import Space, to_wire
from .qt import QtCore
from .restored_client.wire.pixels import Pixels

DISPLAY = Space("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
"""Previews are shown, not kept: 8 bits are what the screen has."""


def active() -> Tuple[Optional[object], Optional[object]]:
    """The active document and its active layer; either may be None (Krita knows no active layer just after opening)."""
    document = Krita.instance().activeDocument()
    return document, document.activeNode() if document is not None else None


def identity(document, node) -> Optional[Tuple[str, str]]:
    if document is None or node is None:
        return None
    return layers.document_id(document), layers.node_id(node)


def centre(document, bounds) -> QtCore.QPoint:
    """Where on the canvas to look first: the middle of the selection, or of the layer, of which `bounds` are on the canvas."""
    selection = document.selection()
    if selection is not None:
        chosen = QtCore.QRect(selection.x(), selection.y(), selection.width(), selection.height()).intersected(bounds)
        if not chosen.isEmpty():
            return chosen.center()
    return bounds.center()


def crop(document, node, box: layers.Rect) -> Tuple[Pixels, int]:
    """A rectangle inside the layer for the preview, and its checksum. Raises Refused, ColourError."""
    layers.check(document, node, layers.NEW_LAYER)
    data = layers.read(node, box)
    shown = colour.convert(data, *box[2:], layers.space_of(node), DISPLAY)
    return to_wire(shown, DISPLAY, *box[2:]), zlib.crc32(data)


def checksum(node, box: layers.Rect) -> int:
    """The checksum of that rectangle now."""
    return zlib.crc32(layers.read(node, box))
