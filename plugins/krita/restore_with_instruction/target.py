"""Which layer the docker is about: the active one of the active document, noticed when it is another one or was painted on."""

from __future__ import annotations

import zlib
from typing import Optional, Tuple

from krita import Krita

from . import colour, layers
from .pixels import Space, to_wire
from .qt import QtCore
from .restored_client.pixels import Pixels

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


def extent(document, node) -> QtCore.QRect:
    """The part of the layer that lies on the canvas, in pixels of the document."""
    return node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))


def centre(document, bounds) -> Tuple[int, int]:
    """Where to look first: the middle of the selection, or of the layer; relative to the layer's corner."""
    selection = document.selection()
    if selection is not None:
        chosen = QtCore.QRect(selection.x(), selection.y(), selection.width(), selection.height()).intersected(bounds)
        if not chosen.isEmpty():
            bounds, corner = chosen, bounds.topLeft()
            return bounds.center().x() - corner.x(), bounds.center().y() - corner.y()
    return bounds.width() // 2, bounds.height() // 2


def crop(document, node, box: layers.Rect) -> Tuple[Pixels, Optional[Pixels], int]:
    """A rectangle of the layer for the preview, the thumbnail of the layer, and a checksum. Raises Refused, ColourError."""
    source = layers.capture(document, node, layers.NEW_LAYER, box)
    width, height = source.rect[2:]
    shown = colour.convert(source.data, width, height, source.space, DISPLAY)
    return to_wire(shown, DISPLAY, width, height), source.context, zlib.crc32(source.data)


def checksum(node, box: layers.Rect) -> int:
    """The checksum of that rectangle now."""
    read = node.pixelData if node.type() == "paintlayer" else node.projectionPixelData
    return zlib.crc32(bytes(read(*box)))
