"""Before and after of a crop, with a split to drag or side by side; the crop moves when dragged elsewhere."""

from __future__ import annotations

from typing import List, Optional

from . import contrast, painting, places, turns
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, event_pos
from .restored_client.desk.previewstate import GAP
from .restored_client.wire.pixels import Pixels
from .words import tr

_GRIP = 10  # pixels beside the split in which a drag takes it


def image_of(pixels: Pixels):
    """A QImage with its own copy of 8 bit sRGB pixels in the wire's R G B A order."""
    image = QtGui.QImage(bytes(pixels.view), pixels.width, pixels.height, pixels.width * 4, QtGui.QImage.Format.Format_RGBA8888)
    return image.copy()


class PreviewPanel(QtWidgets.QWidget):
    """Shows what it is given and says what the user drags; knows neither Krita nor the daemon."""

    panned = Signal(float, float)  # pixels of the layer to move the crop by
    settled = Signal()  # the drag is over
    split_moved = Signal(float)
    resized = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._before = self._after = self._place = None
        self._split, self._busy, self._hint, self._after_words = 0.5, False, "", ""
        self._times = 1.0
        self._beside = self._held = False
        self._drag: Optional[str] = None
        self._last = QtCore.QPointF()
        self._phase = 0
        self._ticker = QtCore.QTimer(self)
        self._ticker.setInterval(40)
        self._ticker.timeout.connect(self._tick)
        self._tell_size = turns.Afterwards(self.resized.emit, self)
        self.setMinimumSize(160, 100)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Before and after"))
        self.setToolTip(
            tr(
                "Before on the left, after on the right. Drag the line, or the picture to see another part.\n"
                "Keys: Left and Right move the line, Space hides after, Shift with an arrow moves the picture."
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

    def show_place(self, image) -> None:
        """What of the crop is meant, a QImage that lies over it; None takes it away."""
        self._place = image
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

    def set_beside(self, beside: bool) -> None:
        """Before and after side by side, instead of one picture with a line."""
        self._beside = beside
        self.update()

    def hold_before(self, held: bool) -> None:
        """Show only what was before, to look to and fro."""
        self._held = held
        self.update()

    @property
    def held(self) -> bool:
        return self._held

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

    def _panes(self) -> List[QtCore.QRectF]:
        """The parts of the widget in which a picture stands: one, or two side by side."""
        room, height = (self.width() - GAP) // 2 if self._beside else self.width(), self.height()
        lefts = (0, self.width() - room) if self._beside else (0,)
        return [QtCore.QRectF(left, 0, room, height) for left in lefts]

    def _frame(self, pane) -> QtCore.QRectF:
        """Where the picture stands in a pane."""
        assert self._before is not None, "there is a picture to frame"
        ratio = self.devicePixelRatioF() / self._times
        width, height = self._before.width() / ratio, self._before.height() / ratio
        return QtCore.QRectF(pane.left() + (pane.width() - width) / 2, (pane.height() - height) / 2, width, height)

    def _sight(self, pane=None) -> QtCore.QRectF:
        """The part of the picture that is seen: all of it unless the pane became smaller."""
        pane = pane or self._panes()[0]
        return self._frame(pane).intersected(pane)

    def resizeEvent(self, event) -> None:
        self._tell_size.ask()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._tell_size.ask()

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
        elif event.key() == Qt.Key.Key_Space:
            self.hold_before(not self._held)
        else:
            super().keyPressEvent(event)

    def _near(self, where) -> bool:
        sight = self._sight()
        return (
            self._after is not None and not self._beside and abs(where.x() - (sight.x() + sight.width() * self._split)) <= _GRIP
        )

    def _move_split(self, fraction: float) -> None:
        self.set_split(fraction)
        self.split_moved.emit(self._split)

    def paintEvent(self, event) -> None:
        painter = QtGui.QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QtGui.QPalette.ColorRole.Base))
        if self._before is None:
            role = QtGui.QPalette.ColorRole
            painter.setPen(contrast.quiet(palette.color(role.Text), palette.color(role.Base)))
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
        panes = self._panes()
        self._paint_one(painter, panes[0], self._before)
        if self._beside:
            self._paint_one(painter, panes[1], self._after or self._before)
        elif self._after is not None and not self._held:
            sight = self._sight()
            x = sight.x() + sight.width() * self._split
            right = QtCore.QRectF(x, sight.y(), sight.right() - x, sight.height())
            self._paint_one(painter, right, self._after, panes[0])
            painting.line(painter, x, sight.top(), sight.bottom())
        self._paint_words(painter, panes)

    def _paint_one(self, painter, part, image, pane=None) -> None:
        """An image, as far as it lies in a part of the widget."""
        frame = self._frame(pane or part)
        painter.setClipRect(part.intersected(frame))
        painting.checks(painter, frame)
        painter.drawImage(frame, image)
        if self._place is not None:
            places.paint(painter, frame, self._place)
        painter.setClipping(False)

    def _paint_words(self, painter, panes) -> None:
        left, right = self._sight(panes[0]), self._sight(panes[-1])
        if left.width() < painting.ROOM_FOR_WORDS:
            return
        if self._held:
            painting.word(painter, self.font(), tr("Before"), left, Qt.AlignmentFlag.AlignLeft)
            return
        if self._beside or self._after is not None:
            painting.word(painter, self.font(), tr("Before"), left, Qt.AlignmentFlag.AlignLeft)
        if self._after_words:
            painting.word(painter, self.font(), self._after_words, right, Qt.AlignmentFlag.AlignRight)
