"""A layer, or a part of it, small: what the whole of it looks like, for the engine and for previews. GUI thread only."""

from __future__ import annotations

from typing import Optional

from krita import Krita

from . import colour, showing
from .layers import Refused
from .nodes import read, space_of
from .qt import Qt, QtGui
from .restored_client.wire.limits import CONTEXT_SIDE
from .restored_client.wire.pixels import Pixels
from .words import tr

MOST = 16
"""How many times as many pixels as are wanted a thumbnail of Krita's may have."""


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
    if _draws_tiles() or _mostly_elsewhere(exact, bounds):
        sampled = _sampled(node, bounds, height)
        if sampled is not None:
            return _resized(sampled, width, height)
    if _mostly_elsewhere(exact, bounds):
        return None
    across, down = width / bounds.width(), height / bounds.height()
    wide, high = max(1, round(exact.width() * across)), max(1, round(exact.height() * down))
    image = node.thumbnail(wide, high)
    if image is None or image.isNull():
        return None
    left, top = round((bounds.x() - exact.x()) * across), round((bounds.y() - exact.y()) * down)
    part = _resized(image, wide, high).copy(left, top, min(width, wide - left), min(height, high - top))
    return _resized(part, width, height)


def _mostly_elsewhere(exact, bounds) -> bool:
    """Whether nearly all of a layer lies beside the picture, as after a crop that keeps what it cut off: Krita's thumbnail of it
    would be as much larger than what is wanted, and of a layer that was just removed, without an end."""
    return exact.width() * exact.height() > MOST * bounds.width() * bounds.height()


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
