"""Krita's pixels as 8 bit sRGB for showing, without Krita: a preview must move while a hand drags it.

Nothing here looks at single pixels in Python. Floats are read by their upper 16 bits (of a half float that is all of it), which a
table turns into what is shown: 8 bits of the fraction are more than a screen has.
"""

from __future__ import annotations

import struct
from array import array
from typing import Any, Dict, List, Optional

from . import graycurve
from .pixels import Buffer, Space, swapped
from .qt import QtCore, QtGui
from .restored_client.wire.pixels import Pixels

_tables: Dict[str, List[int]] = {}


def shown(data: Buffer, width: int, height: int, space: Space, profile: Optional[bytes]) -> Optional[bytes]:
    """R G B A bytes of `width` x `height` pixels in Krita's order; None where only Krita can say how they look.

    profile: of a space that is not sRGB-encoded.
    """
    if space.srgb_encoded:
        narrow = _eight_bits(data, space)
        return _spread(narrow) if space.model == "GRAYA" else narrow
    if profile is not None and space.model == "GRAYA":
        return _gray(data, space, profile)
    if profile is None or not hasattr(QtGui, "QColorSpace"):
        return None
    source = QtGui.QColorSpace.fromIccProfile(QtCore.QByteArray(profile))
    if not source.isValid():
        return None
    wide = bytes(swapped(data, space)) if space.depth in ("U8", "U16") else _looked_up(data, space, 65535)
    form = QtGui.QImage.Format.Format_RGBA8888 if space.depth == "U8" else QtGui.QImage.Format.Format_RGBA64
    image = QtGui.QImage(wide, width, height, len(wide) // height, form).copy()
    image.setColorSpace(source)
    image.convertToColorSpace(QtGui.QColorSpace(QtGui.QColorSpace.NamedColorSpace.SRgb))
    narrow = image.convertToFormat(QtGui.QImage.Format.Format_RGBA8888)
    bits: Any = narrow.constBits()  # a pointer without an end
    bits.setsize(narrow.height() * narrow.bytesPerLine())
    return bytes(bits)


def in_srgb(small: Pixels, profile: Optional[bytes]) -> Pixels:
    """A small picture, R G B of 8 bit, whose numbers are of a profile; as it is where that is None or not known to Qt."""
    if profile is None or not hasattr(QtGui, "QColorSpace"):
        return small
    levels = graycurve.shown_levels(profile)
    if levels is not None:
        return Pixels(small.width, small.height, 3, "u8", bytes(small.view).translate(levels[::257]))
    source = QtGui.QColorSpace.fromIccProfile(QtCore.QByteArray(profile))
    if not source.isValid():
        return small
    image = QtGui.QImage(bytes(small.view), small.width, small.height, 3 * small.width, QtGui.QImage.Format.Format_RGB888).copy()
    image.setColorSpace(source)
    image.convertToColorSpace(QtGui.QColorSpace(QtGui.QColorSpace.NamedColorSpace.SRgb))
    image = image.convertToFormat(QtGui.QImage.Format.Format_RGB888)
    row = image.bytesPerLine()
    bits: Any = image.constBits()
    bits.setsize(image.height() * row)
    data = bytes(bits)  # Qt pads each row to whole words
    rows = (data[y * row : y * row + 3 * small.width] for y in range(small.height))
    return Pixels(small.width, small.height, 3, "u8", b"".join(rows))


def _gray(data: Buffer, space: Space, profile: bytes) -> Optional[bytes]:
    """Gray, alpha under a profile of its own as R G B A bytes; None where its curve is not known."""
    levels = graycurve.shown_levels(profile)
    if levels is None:
        return None
    if space.depth == "U8":
        wide = array("H", (257 * value for value in range(256)))
        values = array("H", [wide[value] for value in bytes(data)])
    else:
        values = array("H")
        values.frombytes(bytes(data) if space.depth == "U16" else _looked_up(data, space, 65535))
    narrow = bytearray(len(values))
    narrow[0::2] = bytes([levels[value] for value in values[0::2]])
    narrow[1::2] = values[1::2].tobytes()[1::2]
    return _spread(bytes(narrow))


def _eight_bits(data: Buffer, space: Space) -> bytes:
    """The values as bytes, in R G B A or gray, alpha order."""
    if space.depth in ("U8", "U16"):
        ordered = bytes(swapped(data, space))
        return ordered if space.depth == "U8" else ordered[1::2]
    return _looked_up(data, space, 255)


def _looked_up(data: Buffer, space: Space, white: int) -> bytes:
    """Floats, clamped to [0, 1], as integers up to `white` (255 or 65535)."""
    values = array("H")
    values.frombytes(bytes(data))
    if space.depth == "F32":
        values = values[1::2]
    table = _table(space.depth, white)
    looked = [table[value] for value in values]  # half of what `map` and an array take
    return bytes(looked) if white == 255 else array("H", looked).tobytes()


def _table(depth: str, white: int) -> List[int]:
    name = f"{depth} {white}"
    if name not in _tables:
        every = array("H", range(1 << 16)).tobytes()
        if depth == "F16":
            floats = struct.unpack(f"<{1 << 16}e", every)
        else:  # the middle of what shares these upper bits
            floats = struct.unpack(f"<{1 << 16}f", b"".join(b"\0\x80" + every[at : at + 2] for at in range(0, len(every), 2)))
        _tables[name] = [round(white * min(1.0, value)) if value > 0 else 0 for value in floats]
    return _tables[name]


def _spread(gray: bytes) -> bytes:
    """Gray, alpha as R G B A."""
    out = bytearray(2 * len(gray))
    for channel in range(3):
        out[channel::4] = gray[0::2]
    out[3::4] = gray[1::2]
    return bytes(out)
