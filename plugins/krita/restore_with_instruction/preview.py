"""Before and after of a crop, with a split to drag; the crop moves when dragged elsewhere."""

from __future__ import annotations

from typing import Optional

from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, event_pos
from .restored_client.wire.pixels import Pixels
from .words import tr

_GRIP = 10  # pixels beside the split in which a drag takes it
_ROOM_FOR_WORDS = 150  # narrower pictures are shown without "Before" and "After"


def image_of(pixels: Pixels):
    """A QImage with its own copy of 8 bit sRGB pixels in the wire's R G B A order."""
    image = QtGui.QImage(bytes(pixels.view), pixels.width, pixels.height, pixels.width * 4, QtGui.QImage.Format.Format_RGBA8888)
    return image.copy()


class Preview(QtWidgets.QWidget):
    """Shows what it is given and says what the user drags; knows neither Krita nor the daemon."""

    panned = Signal(float, float)  # pixels of the layer to move the crop by
    settled = Signal()  # the drag is over
    split_moved = Signal(float)
    resized = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._before = self._after = None
        self._split, self._busy, self._hint, self._after_words = 0.5, False, "", ""
        self._times = 1.0
        self._drag: Optional[str] = None
        self._last = QtCore.QPointF()
        self._phase = 0
        self._ticker = QtCore.QTimer(self)
        self._ticker.setInterval(40)
        self._ticker.timeout.connect(self._tick)
        self.setMinimumSize(160, 100)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Before and after"))
        self.setToolTip(
            tr(
                "Before on the left, after on the right. Drag the line, or the picture to see another part.\n"
                "Keys: Left and Right move the line, Shift with an arrow moves the picture."
            )
        )

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(260, 162)

    def show_before(self, image, times: float = 1.0) -> None:
        """The crop as it is, each of its pixels `times` as large as one of the screen's.

        An after of the same size stays until the next one comes, or `drop_after`.
        """
        self._hint = ""
        if self._after is not None and self._after.size() != image.size():
            self._after = None
        self._before, self._times = image, times
        self.update()

    def show_after(self, image) -> None:
        self._after = image
        self.update()

    def drop_after(self) -> None:
        self._after = None
        self.update()

    def say_after(self, words: str) -> None:
        """What stands on the right: "After", or what is being waited for."""
        if words != self._after_words:
            self._after_words = words
            self.update()

    def say(self, hint: str) -> None:
        """What stands in the middle while there is no picture."""
        self._hint = hint
        self.update()

    def clear(self) -> None:
        self._before = self._after = None
        self.update()

    def set_split(self, fraction: float) -> None:
        self._split = min(1.0, max(0.0, fraction))
        self.update()

    def set_busy(self, busy: bool) -> None:
        if busy == self._busy:
            return
        self._busy = busy
        if busy:
            self._ticker.start()
        else:
            self._ticker.stop()
        self.update()

    def _tick(self) -> None:
        self._phase = (self._phase + 1) % 50
        self.update(0, 0, self.width(), 3)

    def _frame(self) -> QtCore.QRectF:
        """Where the picture stands in the widget."""
        ratio = self.devicePixelRatioF() / self._times
        width, height = self._before.width() / ratio, self._before.height() / ratio
        return QtCore.QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _sight(self) -> QtCore.QRectF:
        """The part of the picture that is seen: all of it unless the widget became smaller."""
        return self._frame().intersected(QtCore.QRectF(self.rect()))

    def resizeEvent(self, event) -> None:
        self.resized.emit()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._before is not None:
            self._last = event_pos(event)
            self._drag = "split" if self._near(self._last) else "pan"
            if self._drag == "pan":
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event) -> None:
        where = event_pos(event)
        if self._drag == "split":
            sight = self._sight()
            self._move_split((where.x() - sight.x()) / max(1.0, sight.width()))
        elif self._drag == "pan":
            ratio = self.devicePixelRatioF()
            delta, self._last = where - self._last, where
            self.panned.emit(-delta.x() * ratio, -delta.y() * ratio)
        elif self._before is not None:
            shape = Qt.CursorShape.SplitHCursor if self._near(where) else Qt.CursorShape.OpenHandCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event) -> None:
        if self._drag == "pan":
            self.settled.emit()
        self._drag = None

    def keyPressEvent(self, event) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        dx, dy = ways.get(event.key(), (0, 0))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and (dx or dy):
            self.panned.emit(dx * 64.0, dy * 64.0)
            self.settled.emit()
        elif dx:
            self._move_split(self._split + dx * 0.05)
        else:
            super().keyPressEvent(event)

    def _near(self, where) -> bool:
        sight = self._sight()
        return self._after is not None and abs(where.x() - (sight.x() + sight.width() * self._split)) <= _GRIP

    def _move_split(self, fraction: float) -> None:
        self.set_split(fraction)
        self.split_moved.emit(self._split)

    def paintEvent(self, event) -> None:
        painter = QtGui.QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QtGui.QPalette.ColorRole.Base))
        if self._before is None:
            painter.setPen(palette.color(QtGui.QPalette.ColorGroup.Disabled, QtGui.QPalette.ColorRole.Text))
            middle = QtGui.QTextOption(Qt.AlignmentFlag.AlignCenter)
            painter.drawText(QtCore.QRectF(self.rect()).adjusted(12, 8, -12, -8), self._hint, middle)
        else:
            self._paint_picture(painter)
        if self.hasFocus():
            painter.setPen(QtGui.QPen(palette.color(QtGui.QPalette.ColorRole.Highlight), 1.5))
            painter.drawRect(QtCore.QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75))
        if self._busy:
            span = self.width() * 0.3
            left = (self.width() + span) * self._phase / 50 - span
            painter.fillRect(QtCore.QRectF(left, 0, span, 2.5), palette.color(QtGui.QPalette.ColorRole.Highlight))

    def _paint_picture(self, painter) -> None:
        frame = self._frame()
        painter.setClipRect(frame)
        painter.fillRect(frame, QtGui.QBrush(QtGui.QColor(150, 150, 150)))
        painter.fillRect(frame, QtGui.QBrush(QtGui.QColor(110, 110, 110), Qt.BrushStyle.Dense4Pattern))
        painter.drawImage(frame, self._before)
        sight = self._sight()
        if self._after is None:
            painter.setClipping(False)
            if self._after_words and sight.width() >= _ROOM_FOR_WORDS:
                self._paint_word(painter, self._after_words, sight, Qt.AlignmentFlag.AlignRight)
            return
        x = sight.x() + sight.width() * self._split
        painter.setClipRect(QtCore.QRectF(x, sight.y(), sight.right() - x, sight.height()))
        painter.fillRect(frame, QtGui.QBrush(QtGui.QColor(130, 130, 130)))
        painter.drawImage(frame, self._after)
        painter.setClipping(False)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        for width, colour in ((3.0, QtGui.QColor(0, 0, 0, 110)), (1.2, QtGui.QColor(255, 255, 255, 230))):
            painter.setPen(QtGui.QPen(colour, width))
            painter.drawLine(QtCore.QPointF(x, sight.top()), QtCore.QPointF(x, sight.bottom()))
        self._paint_grip(painter, QtCore.QPointF(x, sight.center().y()))
        if sight.width() >= _ROOM_FOR_WORDS:
            self._paint_word(painter, tr("Before"), sight, Qt.AlignmentFlag.AlignLeft)
            if self._after_words:
                self._paint_word(painter, self._after_words, sight, Qt.AlignmentFlag.AlignRight)

    def _paint_grip(self, painter, centre) -> None:
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

    def _paint_word(self, painter, word: str, frame, side) -> None:
        font = self.font()
        font.setPointSizeF(max(6.5, font.pointSizeF() * 0.85))
        painter.setFont(font)
        metrics = QtGui.QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(word) + 10, metrics.height() + 3
        left = frame.left() + 5 if side == Qt.AlignmentFlag.AlignLeft else frame.right() - 5 - width
        box = QtCore.QRectF(left, frame.bottom() - 5 - height, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(0, 0, 0, 130))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QtGui.QColor(255, 255, 255, 235))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
