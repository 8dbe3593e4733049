"""What is drawn over pictures: the grip of the line, and words on a dark ground, legible on any picture."""

from __future__ import annotations

from .qt import Qt, QtCore, QtGui

ROOM_FOR_WORDS = 150
"""Narrower pictures are shown without "Before" and "After"."""


def checks(painter, rect) -> None:
    """What shows through a transparent picture."""
    painter.fillRect(rect, QtGui.QBrush(QtGui.QColor(150, 150, 150)))
    painter.fillRect(rect, QtGui.QBrush(QtGui.QColor(110, 110, 110), Qt.BrushStyle.Dense4Pattern))


def line(painter, x: float, top: float, bottom: float) -> None:
    """The line between before and after, and its grip in the middle."""
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    for width, colour in ((3.0, QtGui.QColor(0, 0, 0, 110)), (1.2, QtGui.QColor(255, 255, 255, 230))):
        painter.setPen(QtGui.QPen(colour, width))
        painter.drawLine(QtCore.QPointF(x, top), QtCore.QPointF(x, bottom))
    _grip(painter, QtCore.QPointF(x, (top + bottom) / 2))


def _grip(painter, centre) -> None:
    painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 140), 1))
    painter.setBrush(QtGui.QColor(255, 255, 255, 235))
    painter.drawEllipse(centre, 8.0, 8.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(70, 70, 70))
    for side in (-1, 1):
        tip = QtCore.QPointF(centre.x() + side * 5.5, centre.y())
        base = centre.x() + side * 2
        painter.drawPolygon(
            QtGui.QPolygonF([tip, QtCore.QPointF(base, centre.y() - 3.2), QtCore.QPointF(base, centre.y() + 3.2)])
        )


def word(painter, font, words: str, frame, side) -> None:
    """Words in a lower corner of a frame; `side`: AlignLeft or AlignRight."""
    font = QtGui.QFont(font)
    font.setPointSizeF(max(6.5, font.pointSizeF() * 0.85))
    painter.setFont(font)
    metrics = QtGui.QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(words) + 10, metrics.height() + 3
    left = frame.left() + 5 if side == Qt.AlignmentFlag.AlignLeft else frame.right() - 5 - width
    box = QtCore.QRectF(left, frame.bottom() - 5 - height, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(0, 0, 0, 150))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QtGui.QColor(255, 255, 255, 235))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
