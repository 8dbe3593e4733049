"""The picture before and after under a split that can be dragged; the picture moves under the pointer, at its own size."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.state import FRESH

from .layer import Opened, image_of

_NEAR = 10
"""Pixels from the split within which it is what is dragged."""


class PreviewWidget(QWidget):
    def __init__(self, opened: Opened, desk: Desk, words: Callable[[str], str]) -> None:
        super().__init__()
        self._opened, self._desk, self._words = opened, desk, words
        self._before: tuple[tuple[int, ...], QImage] | None = None
        self._after: tuple[int, QImage] | None = None
        self._grip: str | None = None
        self._from = QPointF()
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words("Preview: before on the left of the line, after on its right"))
        height, width = opened.layer.shape[:2]
        desk.look_at(PreviewState(width, height, (640, 440)))

    @property
    def state(self) -> PreviewState:
        assert self._desk.preview is not None
        return self._desk.preview

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.state.resize(self.width(), self.height()):
            self._desk.moved()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(40, 40, 40))
        area = self._area()
        painter.drawImage(area, self._image_before())
        after = self._image_after()
        line = area.left() + area.width() * self.state.split
        if after is not None:
            painter.save()
            painter.setClipRect(QRectF(line, area.top(), area.right() - line, area.height()))
            painter.setOpacity(1.0 if self._desk.phase == FRESH else 0.8)
            painter.drawImage(area, after)
            painter.restore()
            painter.setPen(QPen(QColor(255, 255, 255), 2))
            painter.drawLine(QPointF(line, area.top()), QPointF(line, area.bottom()))
            self._label(painter, self._words("before"), area.left() + 8, area.bottom() - 10, left=True)
            self._label(painter, self._words("after"), area.right() - 8, area.bottom() - 10, left=False)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        line = area.left() + area.width() * self.state.split
        on_line = self._desk.after is not None and abs(event.position().x() - line) < _NEAR
        self._grip, self._from = ("split" if on_line else "picture"), event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        if self._grip == "split":
            self._split((event.position().x() - area.left()) / max(area.width(), 1))
        elif self._grip == "picture":
            step, self._from = event.position() - self._from, event.position()
            x, y, width, height = self.state.box
            if self.state.centre(x + width / 2 - step.x(), y + height / 2 - step.y()):
                self._desk.moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -0.05, Qt.Key.Key_Right: 0.05}
        if event.key() in steps:
            self._split(self.state.split + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _split(self, at: float) -> None:
        self.state.split = min(1.0, max(0.0, at))
        self.update()

    def _area(self) -> QRectF:
        """Where the crop is drawn: in the middle, at its own size."""
        _, _, width, height = self.state.box
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _image_before(self) -> QImage:
        box = self.state.box
        if self._before is None or self._before[0] != box:
            self._before = box, image_of(self._opened.crop(box))
        return self._before[1]

    def _image_after(self) -> QImage | None:
        pixels, shown = self._desk.after, self._desk.shown
        if pixels is None or shown is None or shown.box != self.state.box:
            return None
        if self._after is None or self._after[0] != id(pixels):
            x, y = shown.box[0] - shown.padded[0], shown.box[1] - shown.padded[1]
            self._after = id(pixels), image_of(pixels[y : y + shown.box[3], x : x + shown.box[2]])
        return self._after[1]

    def _label(self, painter: QPainter, words: str, x: float, y: float, *, left: bool) -> None:
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        place = QRectF(x if left else x - width, y - 18, width, 20)
        painter.fillRect(place, QColor(0, 0, 0, 150))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
