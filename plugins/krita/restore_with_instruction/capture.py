"""From a layer to what travels: what of it a job takes along. GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional, Tuple

from .layers import Refused, check, extent
from .miniature import thumbnail
from .nodes import Rect, document_id, name_of, node_id, profile_of, read, selection_of, space_of
from .pixels import Space
from .qt import QtCore
from .restored_client.desk.previewstate import place_in
from .restored_client.desk.wish import MASKED, NEW_IMAGE, NEW_LAYER, Wish
from .restored_client.wire.pixels import Pixels
from .words import tr

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored knowing what lies beyond."""

WHOLE = (MASKED, NEW_IMAGE)
"""Outputs that show all of the layer, whatever is selected."""

PART_ENLARGED = tr("A selection cannot be enlarged by itself. Deselect, or choose 1× as the size.")

MISSED = tr("The selection does not touch the layer.")


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
    mask: Optional[bytes]  # one byte per pixel of rect: what may change; None when everything may
    context: Optional[Pixels]
    resolution: float
    profile: Optional[bytes] = None  # of a space that is not sRGB, when the daemon is to convert
    result: str = ""  # the id of the result that is adjusted, if any
    place: Optional[Tuple[float, float, float, float]] = None  # of rect in the layer, see desk.previewstate.place_in
    times: Tuple[int, ...] = ()  # the frames that are restored, each read when its turn comes; `data` is the one on show
    canvas: Tuple[int, int] = (0, 0)  # the picture's size
    offset: Tuple[int, int] = (0, 0)  # of the layer, which moves with it
    selection: Optional[bytes] = None  # as mask: what becomes the mask of the layer with the result


def capture(document, node, wish: Wish) -> Source:
    """Read what a job needs. Raises Refused."""
    check(document, node, wish.where)
    bounds = extent(document, node)
    rect, mask = bounds, None
    selection = selection_of(document, node)
    if selection is not None:
        rect, mask = _selected(selection, bounds)
        if mask is not None and wish.scale > 1:
            raise Refused(PART_ENLARGED)
        if mask is not None and wish.where in WHOLE:
            rect, mask = bounds, bytes(selection.pixelData(*bounds.getRect()))
    if wish.where == MASKED and mask is not None:
        sent = mask if _fills(wish) else None  # what fills holes has to know where they are
        return replace(_source(document, node, bounds, rect.getRect(), sent), selection=mask)
    return _source(document, node, bounds, rect.getRect(), mask)


def _fills(wish: Wish) -> bool:
    return wish.plan is not None and any(step.get("task") == "inpaint" for step in wish.plan.get("steps", ()))


def area(document, node, output: str) -> int:
    """Pixels that a job would read of a layer; 0 where there are none."""
    bounds = node.bounds().intersected(QtCore.QRect(0, 0, document.width(), document.height()))
    selection = selection_of(document, node)
    if selection is not None and output not in WHOLE:
        chosen = _chosen(selection, bounds)
        bounds = chosen.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).intersected(bounds)
    return bounds.width() * bounds.height()


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
        profile=profile_of(node),
        canvas=(document.width(), document.height()),
        offset=_offset(node),
        place=place_in(bounds.width(), bounds.height(), (rect[0] - bounds.x(), rect[1] - bounds.y(), rect[2], rect[3])),
    )


def check_selected(document, node, bounds) -> None:
    """Raise Refused, with a sentence, when something is selected and nothing of the layer is."""
    selection = selection_of(document, node)
    if selection is not None and _chosen(selection, bounds).isEmpty():
        raise Refused(MISSED)


def _chosen(selection, bounds) -> QtCore.QRect:
    return QtCore.QRect(selection.x(), selection.y(), selection.width(), selection.height()).intersected(bounds)


def _selected(selection, bounds) -> Tuple[QtCore.QRect, Optional[bytes]]:
    """The selection's part of the layer with a margin, and its mask there (None when it selects all of the layer)."""
    chosen = _chosen(selection, bounds)
    if chosen.isEmpty():
        raise Refused(MISSED)
    rect = chosen.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).intersected(bounds)
    mask = bytes(selection.pixelData(*rect.getRect()))
    if mask.count(0) == len(mask):
        raise Refused(MISSED)
    return rect, None if rect == bounds and mask.count(255) == len(mask) else mask


def unchanged(node, source: Source) -> bool:
    """Whether the layer's pixels are still those that were sent."""
    return space_of(node) == source.space and read(node, source.rect) == source.data


def today(document, node, source: Source) -> Optional[Source]:
    """The source where its layer lies by now, as it may have been moved; None when its picture was resized, or either converted:
    then the result fits nowhere in it."""
    x, y = _offset(node)
    dx, dy = x - source.offset[0], y - source.offset[1]
    now = replace(source, rect=(source.rect[0] + dx, source.rect[1] + dy, *source.rect[2:]), offset=(x, y))
    if (document.width(), document.height()) == source.canvas:
        return now if space_of(node) == source.space else None
    return now if unchanged(node, now) else None  # more canvas round it, or less where there was nothing of it


def _offset(node) -> Tuple[int, int]:
    return node.position().x(), node.position().y()
