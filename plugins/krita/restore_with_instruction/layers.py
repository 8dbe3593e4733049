"""From a layer to what travels: which layers can be restored, what of them, and their pixels. GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterator, Optional, Tuple

from krita import Krita

from . import colour, lists, showing
from .pixels import CHANNELS, DEPTHS, Space
from .qt import Qt, QtCore, QtGui
from .restored_client.desk.previewstate import place_in
from .restored_client.desk.wish import NEW_IMAGE, NEW_LAYER, REPLACE
from .restored_client.wire.pixels import Pixels
from .words import tr

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored knowing what lies beyond."""

CONTEXT_SIDE = 256
"""Longest side of the thumbnail of the whole layer that goes with every request."""

PROJECTED = ("grouplayer", "clonelayer", "filelayer")
"""Layers without pixels of their own whose picture can be restored into a new layer."""

MODELS = {"CMYKA": "CMYK", "LABA": "L*a*b*", "XYZA": "XYZ", "YCbCrA": "YCbCr"}
"""Colour models that cannot be restored, as Krita's menus call them."""

Rect = Tuple[int, int, int, int]


class Refused(Exception):
    """Nothing can be done with this layer; the message is a sentence for the user."""


class Changed(Exception):
    """The layer was painted on while its job ran; the message says what is done instead of replacing it."""


@dataclass(frozen=True)
class Source:
    """A layer as it was when a job was given: everything a job needs, so that the document may change or close meanwhile."""

    document: str  # unique ids: Krita's own objects are made anew at every call and outlive what they stand for
    node: str
    name: str
    own_pixels: bool  # False for the projection of a group
    rect: Rect
    space: Space
    data: Any  # Krita's own QByteArray, never copied in the GUI thread; in Krita's channel order and depth
    mask: Optional[bytes]  # one byte per pixel of rect, None when everything is selected
    context: Optional[Pixels]
    resolution: float
    profile: Optional[bytes] = None  # of a space that is not sRGB, when the daemon is to convert
    result: str = ""  # the id of the result that is adjusted, if any
    place: Optional[Tuple[float, float, float, float]] = None  # of rect in the layer, see desk.previewstate.place_in
    times: Tuple[int, ...] = ()  # the frames that are restored, each read when its turn comes; `data` is the one on show


def capture(document, node, output: str) -> Source:
    """Read what a job needs. Raises Refused."""
    check(document, node, output)
    bounds = extent(document, node)
    rect, mask = bounds, None
    selection = selection_of(document, node)
    if selection is not None:
        rect, mask = _selected(selection, bounds)
        if mask is not None and output == NEW_IMAGE:
            raise Refused(tr("A selection cannot be enlarged by itself. Deselect, or choose 1× as the size."))
    return _source(document, node, bounds, rect.getRect(), mask)


def capture_frames(document, node, times: Tuple[int, ...], output: str) -> Source:
    """Read what restoring frames of an animated layer needs: all of the canvas, as they differ in extent. Raises Refused."""
    check(document, node, output)
    if output != NEW_LAYER:
        raise Refused(tr("“%s” is animated: its frames are restored into a new layer of the same size.") % node.name())
    canvas = QtCore.QRect(0, 0, document.width(), document.height())
    selection, rect, mask = selection_of(document, node), canvas, None
    if selection is not None:
        rect, mask = _selected(selection, canvas)
    return replace(_source(document, node, canvas, rect.getRect(), mask), times=times)


def capture_origin(document, node, result: str, rect: Rect, mask: Optional[bytes]) -> Source:
    """Read what adjusting a result needs: of the layer it was made of, what was restored then. Raises Refused."""
    check(document, node, NEW_LAYER)
    bounds = extent(document, node)
    if not bounds.contains(QtCore.QRect(*rect)):
        raise Refused(tr("“%s” has become smaller since. Restore it anew.") % node.name())
    return replace(_source(document, node, bounds, rect, mask), result=result)


def _source(document, node, bounds, rect: Rect, mask: Optional[bytes]) -> Source:
    return Source(
        document=document_id(document),
        node=node_id(node),
        name=name_of(document, node),
        own_pixels=node.type() == "paintlayer",
        rect=rect,
        space=space_of(node),
        data=read(node, rect),
        mask=mask,
        context=thumbnail(node, bounds),
        resolution=float(document.resolution()),
        profile=colour.profile_of(node, space_of(node)),
        place=place_in(bounds.width(), bounds.height(), (rect[0] - bounds.x(), rect[1] - bounds.y(), rect[2], rect[3])),
    )


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


def extent(document, node) -> QtCore.QRect:
    """The part of the layer that lies on the canvas. Raises Refused when there is none."""
    bounds = node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))
    if bounds.isEmpty():
        words = tr("The layer “%s” is empty.") if node.bounds().isEmpty() else tr("The layer “%s” lies outside the picture.")
        raise Refused(words % name_of(document, node))
    return bounds


def extent_or_none(document, node) -> Optional[Rect]:
    """The same as a rectangle, or None."""
    bounds = node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))
    return None if bounds.isEmpty() else bounds.getRect()


def space_of(node) -> Space:
    return Space(node.colorModel(), node.colorDepth(), node.colorProfile())


def read(node, rect: Rect):
    """Krita's bytes of a rectangle of the layer, or of what the layers in a group look like together."""
    return (node.pixelData if node.type() == "paintlayer" else node.projectionPixelData)(*rect)


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
    if not all(each.visible() for each in _with_ancestors(node)):
        raise Refused(tr("“%s” is not visible. Show it, so that you can judge the result.") % name)
    if output == REPLACE and _has_clones(document, node):
        raise Refused(
            tr("“%s” has clone layers, which would lose it. Choose “New layer” as the output, or remove the clones.") % name
        )
    if output == REPLACE and any(each.locked() for each in _with_ancestors(node)):
        raise Refused(tr("“%s” is locked. Unlock it, or choose “New layer” as the output.") % name)
    if node.colorModel() not in CHANNELS or node.colorDepth() not in DEPTHS:
        raise Refused(
            tr("“%s” is in the %s colour model. Convert it to RGB or grayscale first (Layer ▸ Convert).")
            % (name, MODELS.get(node.colorModel(), node.colorModel()))
        )


def _selected(selection, bounds) -> Tuple[QtCore.QRect, Optional[bytes]]:
    """The selection's part of the layer with a margin, and its mask there (None when it selects all of the layer)."""
    chosen = QtCore.QRect(selection.x(), selection.y(), selection.width(), selection.height()).intersected(bounds)
    if chosen.isEmpty():
        raise Refused(tr("The selection does not touch the layer."))
    rect = chosen.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).intersected(bounds)
    mask = bytes(selection.pixelData(*rect.getRect()))
    if mask.count(0) == len(mask):
        raise Refused(tr("The selection does not touch the layer."))
    return rect, None if rect == bounds and mask.count(255) == len(mask) else mask


def thumbnail(node, bounds) -> Optional[Pixels]:
    """What of a layer lies in `bounds`, at most CONTEXT_SIDE pixels wide or high, sRGB, transparent parts in middle gray."""
    scale = min(1.0, CONTEXT_SIDE / max(bounds.width(), bounds.height()))
    image = _miniature(node, bounds, max(1, round(bounds.width() * scale)), max(1, round(bounds.height() * scale)))
    return None if image is None else flat(image)


def _miniature(node, bounds, width: int, height: int):
    """A QImage of this size of what lies in `bounds` of a layer, or None."""
    exact = node.bounds()
    if exact.isEmpty() or not exact.contains(bounds):
        return None
    if _draws_tiles():
        sampled = _sampled(node, bounds, height)
        if sampled is not None:
            return _resized(sampled, width, height)
    across, down = width / bounds.width(), height / bounds.height()
    wide, high = max(1, round(exact.width() * across)), max(1, round(exact.height() * down))
    image = node.thumbnail(wide, high)
    if image is None or image.isNull():
        return None
    left, top = round((bounds.x() - exact.x()) * across), round((bounds.y() - exact.y()) * down)
    part = _resized(image, wide, high).copy(left, top, min(width, wide - left), min(height, high - top))
    return _resized(part, width, height)


def _draws_tiles() -> bool:
    """Whether this Krita's thumbnails show all tiles that a layer has, and not its exact bounds: before 5.2."""
    return [int(each) for each in Krita.instance().version().split("-")[0].split(".")[:2]] < [5, 2]


def _sampled(node, bounds, height: int):
    """A QImage of about twice `height` rows of a layer, each as wide as `bounds`; None where only Krita can say how it looks."""
    space, step = space_of(node), max(1, bounds.height() // max(1, 2 * height))
    if step == 1:
        rows, data = bounds.height(), bytes(read(node, bounds.getRect()))
    else:
        tops = range(bounds.y() + step // 2, bounds.y() + bounds.height(), step)
        rows, data = len(tops), b"".join(bytes(read(node, (bounds.x(), top, bounds.width(), 1))) for top in tops)
    pixels = showing.shown(data, bounds.width(), rows, space, colour.profile_of(node, space))
    if pixels is None:
        return None
    form = QtGui.QImage.Format.Format_RGBA8888
    return QtGui.QImage(pixels, bounds.width(), rows, 4 * bounds.width(), form).copy()


def _resized(image, width: int, height: int):
    if (image.width(), image.height()) == (width, height):
        return image
    return image.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def flat(image) -> Pixels:
    """An image as R G B pixels, transparent parts in middle gray."""
    opaque = QtGui.QImage(image.size(), QtGui.QImage.Format.Format_RGB888)
    opaque.fill(QtGui.QColor(128, 128, 128))
    painter = QtGui.QPainter(opaque)
    painter.drawImage(0, 0, image)
    painter.end()
    return Pixels(opaque.width(), opaque.height(), 3, "u8", packed(opaque, 3))


def small(node, bounds, width: int, height: int) -> Pixels:
    """All of the layer as R G B A pixels of this size, for a preview. Raises Refused."""
    image = _miniature(node, bounds, width, height)
    if image is None:
        raise Refused(tr("The layer “%s” is empty.") % node.name())
    return Pixels(width, height, 4, "u8", packed(image.convertToFormat(QtGui.QImage.Format.Format_RGBA8888), 4))


def shrunk(crop: Pixels, width: int, height: int) -> Pixels:
    """R G B A pixels at a smaller size, for a preview."""
    image = QtGui.QImage(bytes(crop.view), crop.width, crop.height, crop.width * 4, QtGui.QImage.Format.Format_RGBA8888)
    return Pixels(width, height, 4, "u8", packed(_resized(image, width, height), 4))


def packed(image, channels: int) -> bytes:
    """The bytes of an 8 bit QImage without the padding that Qt puts at the end of each row."""
    bits = image.constBits()
    bits.setsize(image.height() * image.bytesPerLine())
    data, row = bytes(bits), image.width() * channels
    if row == image.bytesPerLine():
        return data
    return b"".join(data[start : start + row] for start in range(0, len(data), image.bytesPerLine()))


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
    return next((node for node in _with_descendants(document.rootNode()) if node_id(node) == identity), None)


def unchanged(node, source: Source) -> bool:
    """Whether the layer's pixels are still those that were sent."""
    return space_of(node) == source.space and read(node, source.rect) == source.data


def _has_clones(document, node) -> bool:
    """Whether removing this node would turn clones of it into ordinary layers. Before 5.2 Krita cannot say whose they are."""
    identity = node.uniqueId()
    for each in _with_descendants(document.rootNode()):
        if each.type() == "clonelayer":
            source = each.sourceNode() if hasattr(each, "sourceNode") else None
            if source is None or source.uniqueId() == identity:
                return True
    return False


def _with_ancestors(node) -> Iterator:
    while node is not None and node.parentNode() is not None:  # the root itself is neither locked nor hidden
        yield node
        node = node.parentNode()


def _with_descendants(node) -> Iterator:
    yield node
    for child in lists.children(node):
        yield from _with_descendants(child)
