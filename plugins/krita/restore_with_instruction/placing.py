"""From what came back to a layer. GUI thread only.

What can be had in Krita's history: a new layer is one step (it is filled before it joins the tree), its mask another; in place is
two, "Add Layer" and "Remove Layer", because writing pixels into a layer that is in the tree cannot be undone at all. `steps`
makes two of them one for *Undo*. A layer is replaced by a filled duplicate, which keeps its masks, opacity and blending mode, and
no pixel passes through Krita's blending.
"""

from __future__ import annotations

from krita import Krita, Selection

from . import activating, lists, steps
from .capture import Source
from .nodes import Rect, is_root
from .qt import QtCore
from .words import tr


def place_new_layer(document, node, source: Source, data, name: str):
    """The result as a layer above `node`: one undo step. Returns the layer."""
    layer = document.createNode(name, "paintlayer")
    if is_root(node):
        layer.setPixelData(data, *source.rect)
        node.addChildNode(layer, [each for each in lists.children(node) if not each.type().endswith("mask")][-1])
        return layer
    if source.own_pixels and not node.animated() and not _plain(node, layer):
        layer = node.duplicate()
        layer.setName(name)
        bounds = layer.bounds()
        blank = bytes(bounds.width() * bounds.height() * source.space.pixel_bytes)
        layer.setPixelData(blank, *bounds.getRect())
    layer.setPixelData(data, *source.rect)
    node.parentNode().addChildNode(layer, node)
    return layer


def place_in_place(document, node, source: Source, data, name: str):
    """The result instead of the layer's pixels: one *Undo* takes it back. Returns the layer that took its place."""
    layer = node.duplicate()
    layer.setName(name)
    layer.setPixelData(data, *source.rect)
    node.parentNode().addChildNode(layer, node)
    node.remove()
    steps.of_krita().note_exchange(document, node, layer)
    return layer


def mask(document, layer, selection: bytes, rect: Rect) -> None:
    """Give a layer that is in the tree what was selected as its mask: one *Undo* takes both away."""
    chosen = Selection()
    chosen.setPixelData(QtCore.QByteArray(selection), *rect)
    made = document.createTransparencyMask(tr("Selection"))
    made.setSelection(chosen)
    layer.addChildNode(made, None)
    steps.of_krita().note_masked(document, layer, made)
    activating.instead(document, made, layer)


def place_new_document(source: Source, data, width: int, height: int, name: str, scale: int):
    """The enlarged result as a document of its own, in the layer's colour space, shown in the active window."""
    app, space = Krita.instance(), source.space
    document = app.createDocument(width, height, name, space.model, space.depth, space.profile, source.resolution * scale)
    layer = lists.top_level(document)[0]
    layer.setName(name)
    layer.setPixelData(data, 0, 0, width, height)
    document.refreshProjection()
    window = app.activeWindow()
    if window is not None:
        window.addView(document)
    return document, layer


def _plain(node, layer) -> bool:
    """Whether a layer made anew is like this node: same space, opaque, normal blending, no masks.

    Else a duplicate has to bring these along: giving them even to a layer that is not in the tree yet is a step in the history.
    """
    return (
        (node.colorModel(), node.colorDepth(), node.colorProfile())
        == (layer.colorModel(), layer.colorDepth(), layer.colorProfile())
        and node.opacity() == layer.opacity()
        and node.blendingMode() == layer.blendingMode()
        and not lists.children(node)
    )


def amend(document, layer, source: Source, data, name: str) -> None:
    """Put other pixels into a result that is in the tree, where its clones hold on to it. No step in the history."""
    layer.setPixelData(data, *source.rect)
    layer.setName(name)
    document.setModified(True)
    document.refreshProjection()
