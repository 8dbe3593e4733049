"""Krita's own colour engine, used through throw-away documents that no window shows.

Wide gamuts, linear light and high dynamic range travel as unbounded sRGB-encoded 32 bit floats (gray: the same curve). Two traps
are avoided here. sRGB-elle-V2-srgbtrc has its curve as a table and clips floats to [0, 1]; "sRGB built-in" has a formula and does
not. And a conversion from floats to integers clips to sRGB's gamut on the way, so the way back goes through floats of the
layer's own profile first.

GUI thread only: Document and Node may not be touched elsewhere.
"""

from __future__ import annotations

from krita import Krita

from . import turns
from .pixels import Buffer, Space
from .qt import QtCore
from .words import tr

STRIPE_PIXELS = 1 << 18
"""Pixels converted at a time: about a tenth of a second, after which Krita may draw."""


class ColourError(Exception):
    """Krita could not convert; the message is a sentence for the user."""


def exchange_space(space: Space) -> Space:
    """The space in which pixels of `space` travel: itself, if it is sRGB-encoded."""
    if space.srgb_encoded:
        return space
    if space.model == "GRAYA":
        return Space("GRAYA", "F32", "Gray-D50-elle-V4-srgbtrc.icc")
    return Space("RGBA", "F32", "sRGB built-in")


def convert(data: Buffer, width: int, height: int, source: Space, target: Space) -> Buffer:
    """Pixels of a `width` x `height` rectangle from one space to another, in Krita's channel order. Raises ColourError."""
    if source == target:
        return data
    with turns.taken():
        return _convert(data, width, height, source, target)


def _convert(data: Buffer, width: int, height: int, source: Space, target: Space) -> bytes:
    document = Krita.instance().createDocument(width, height, "", source.model, source.depth, source.profile, 72.0)
    if document is None:
        raise ColourError(tr("Krita could not open the colour profile “%s”.") % source.profile)
    try:
        document.setBatchmode(True)
        document.waitForDone()  # Krita 5.1 crashes when pixels come while it still draws the new document
        node = document.topLevelNodes()[0]
        if node.colorProfile() != source.profile:
            raise ColourError(tr("Krita does not know the colour profile “%s”.") % source.profile)
        node.setPixelData(QtCore.QByteArray(data), 0, 0, width, height)
        document.waitForDone()
        steps = [target]
        if source.depth in ("F16", "F32") and target.depth in ("U8", "U16"):
            steps.insert(0, Space(target.model, "F32", target.profile))
        for step in steps:
            if not document.setColorSpace(step.model, step.depth, step.profile):
                raise ColourError(tr("Krita could not convert to the colour profile “%s”.") % step.profile)
            document.waitForDone()
        return bytes(document.topLevelNodes()[0].pixelData(0, 0, width, height))
    finally:
        document.close()


def stripes(height: int, width: int):
    """Row ranges (start, end) that cover `height` rows, each small enough for one conversion."""
    rows = max(1, STRIPE_PIXELS // max(1, width))
    for start in range(0, height, rows):
        yield start, min(height, start + rows)
