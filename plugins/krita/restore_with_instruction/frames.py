"""Animated paint layers: one frame is restored as a still layer is; all frames become an animated layer above, one undo step."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

from . import capture, layers, miniature, nodes, recipes, turns
from .finish import title
from .qt import QtCore, QtGui
from .restored_client.wire.limits import CONTEXT_SIDE
from .restored_client.wire.pixels import Pixels
from .words import tr


def times(document, node) -> List[int]:
    """The frames at which an animated layer changes; empty for any other."""
    if node is None or node.type() != "paintlayer" or not node.animated():
        return []
    last = max(document.animationLength(), document.fullClipRangeEndTime() + 1)
    return [time for time in range(last) if node.hasKeyframeAtTime(time)]


def read(source: capture.Source, time: int) -> Tuple[Any, Optional[Pixels]]:
    """Krita's bytes of the source's rectangle at a frame, and a thumbnail of them. Raises Refused."""
    _document, node = _found(source)
    data = node.pixelDataAtTime(*source.rect, time)
    return data, _thumbnail(data, source)


def begin(job) -> Any:
    """A copy of the animated layer that is not in the tree yet, with all its frames. Raises Refused."""
    document, node = _found(job.source)
    if capture.today(document, node, job.source) is None:
        raise layers.Refused(tr("“%s” was resized or converted in the meantime; the result was dropped.") % job.source.name)
    layer = node.duplicate()
    layer.setName(title(job.wish))
    return layer


def fill(source: capture.Source, layer, time: int, data) -> None:
    """Put a result into a frame of that copy. Krita writes where its time line stands, so that moves there and back."""
    document, _node = _found(source)
    with turns.taken():
        now = document.currentTime()
        document.setCurrentTime(time)
        document.waitForDone()
        bounds = layer.bounds()
        if not bounds.isEmpty() and source.mask is not None:
            blank = bytes(bounds.width() * bounds.height() * source.space.pixel_bytes)
            layer.setPixelData(blank, *bounds.getRect())
        layer.setPixelData(data, *source.rect)
        document.setCurrentTime(now)
        document.waitForDone()


def end(job, layer) -> str:
    """Put the copy into the tree: one undo step. Returns a sentence."""
    document, node = _found(job.source)
    with turns.taken():
        node.parentNode().addChildNode(layer, node)
        job.result = nodes.node_id(layer)
        recipes.attach(document, layer, job.recipe)
    return tr("New layer above “%s” with %d frames. Undo takes it away again.") % (node.name(), len(job.source.times))


def _found(source: capture.Source) -> Tuple[Any, Any]:
    document = nodes.find_document(source.document)
    node = None if document is None else nodes.find_node(document, source.node)
    if node is None:
        raise layers.Refused(tr("The layer “%s” was deleted or merged in the meantime; the result was dropped.") % source.name)
    return document, node


def _thumbnail(data, source: capture.Source) -> Optional[Pixels]:
    """As `miniature.thumbnail`, of bytes: Krita has none of a frame that is not on show. None where they are not 8 bit sRGB."""
    space = source.space
    if space.depth != "U8" or not space.bgra or not space.srgb_encoded:
        return source.context
    width, height = source.rect[2:]
    image = QtGui.QImage(bytes(data), width, height, width * 4, QtGui.QImage.Format.Format_ARGB32)
    keep, smooth = QtCore.Qt.AspectRatioMode.KeepAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    side = min(CONTEXT_SIDE, max(width, height))
    return miniature.flat(image.scaled(side, side, keep, smooth))
