"""Which layers can be restored, and to which output; why not is a sentence. GUI thread only."""

from __future__ import annotations

from .nodes import name_of, with_ancestors, with_descendants
from .pixels import CHANNELS, DEPTHS
from .qt import QtCore
from .restored_client.desk.wish import REPLACE
from .words import tr

PROJECTED = ("grouplayer", "clonelayer", "filelayer")
"""Layers without pixels of their own whose picture can be restored into a new layer."""

MODELS = {"CMYKA": "CMYK", "LABA": "L*a*b*", "XYZA": "XYZ", "YCbCrA": "YCbCr"}
"""Colour models that cannot be restored, as Krita's menus call them."""


class Refused(Exception):
    """Nothing can be done with this layer; the message is a sentence for the user."""


class Changed(Exception):
    """The layer was painted on while its job ran; the message says what is done instead of replacing it."""


def check(document, node, output: str) -> None:
    """Raise Refused, with a sentence, when this layer cannot be restored to this output."""
    if document is None:
        raise Refused(tr("Open a picture first."))
    if node is None:
        raise Refused(tr("Choose a layer first."))
    name, kind = name_of(document, node), node.type()
    if kind == "vectorlayer":
        raise Refused(
            tr("“%s” is a vector layer. Convert it to a paint layer, or put it in a group and restore the group.") % name
        )
    if kind.endswith("mask"):
        raise Refused(tr("“%s” is a mask. Choose the layer it belongs to.") % name)
    if kind != "paintlayer" and kind not in PROJECTED:
        raise Refused(tr("“%s” has no picture of its own. Choose a paint layer or a group.") % name)
    if kind != "paintlayer" and output == REPLACE:
        raise Refused(tr("“%s” has no pixels of its own to replace. Choose “New layer” as the output.") % name)
    if output == REPLACE and node.animated():
        raise Refused(tr("“%s” is animated. Choose “New layer” as the output.") % name)
    if not all(each.visible() for each in with_ancestors(node)):
        raise Refused(tr("“%s” is not visible. Show it, so that you can judge the result.") % name)
    if output == REPLACE and has_clones(document, node):
        raise Refused(
            tr("“%s” has clone layers, which would lose it. Choose “New layer” as the output, or remove the clones.") % name
        )
    if output == REPLACE and any(each.locked() for each in with_ancestors(node)):
        raise Refused(tr("“%s” is locked. Unlock it, or choose “New layer” as the output.") % name)
    if node.colorModel() not in CHANNELS or node.colorDepth() not in DEPTHS:
        raise Refused(
            tr("“%s” is in the %s colour model. Convert it to RGB or grayscale first (Layer ▸ Convert).")
            % (name, MODELS.get(node.colorModel(), node.colorModel()))
        )


def extent(document, node) -> QtCore.QRect:
    """The part of the layer that lies on the canvas. Raises Refused when there is none."""
    bounds = node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))
    if bounds.isEmpty():
        words = tr("The layer “%s” is empty.") if node.bounds().isEmpty() else tr("The layer “%s” lies outside the picture.")
        raise Refused(words % name_of(document, node))
    return bounds


def has_clones(document, node) -> bool:
    """Whether removing this node would turn clones of it into ordinary layers. Before 5.2 Krita cannot say whose they are."""
    identity = node.uniqueId()
    for each in with_descendants(document.rootNode()):
        if each.type() == "clonelayer":
            source = each.sourceNode() if hasattr(each, "sourceNode") else None
            if source is None or source.uniqueId() == identity:
                return True
    return False
