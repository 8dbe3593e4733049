"""The picture before and after under a split that can be dragged; the picture moves under the pointer."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from restored.service.arrays import array_of
from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.state import FRESH

from .layer import Opened, image_of, veil_of
from .words import tr

_NEAR = 10
"""Pixels from the split within which it is what is dragged."""

_GROUND, _LINE, _SHADE, _PLATE = QColor(40, 40, 40), QColor(255, 255, 255, 230), QColor(0, 0, 0, 120), QColor(0, 0, 0, 150)


class PreviewWidget(QWidget):
    def __init__(self, opened: Opened, desk: Desk) -> None:
        super().__init__()
        self._opened, self._desk = opened, desk
        self._before: tuple[object, QImage] | None = None
        self._after: tuple[object, QImage] | None = None
        self._veil: tuple[object, QImage] | None = None
        self._grip: str | None = None
        self._from = QPointF()
        self.setMinimumSize(320, 200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Preview: before on the left of the line, after on its right"))
        self.setToolTip(tr("Drag the line, or the picture to see another part of it. Left and Right move the line."))
        height, width = opened.layer.shape[:2]
        desk.look_at(PreviewState(width, height, (640, 440)))

    @property
    def state(self) -> PreviewState:
        assert self._desk.preview is not None
        return self._desk.preview

    def resizeEvent(self, event: QResizeEvent) -> None:
        fine = self.devicePixelRatioF()  # a pixel of the picture is one of the screen, also of a fine one
        if self.state.resize(round(self.width() * fine), round(self.height() * fine)):
            self._desk.moved()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.state.factor < 1.0)
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
        veil = self._image_of_place()
        if veil is not None:
            painter.drawImage(area, veil)
        if after is not None:
            self._draw_line(painter, line, area)
            self._label(painter, tr("Before"), area.left() + 8, area.bottom() - 10, left=True)
            self._label(painter, tr("After"), area.right() - 8, area.bottom() - 10, left=False)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip, self._from = ("split" if self._on_line(event.position()) else "picture"), event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        if self._grip == "split":
            self._split((event.position().x() - area.left()) / max(area.width(), 1))
        elif self._grip == "picture":
            step, self._from = event.position() - self._from, event.position()
            x, y, width, height = self.state.box
            pixel = self.devicePixelRatioF() / self.state.factor
            if self.state.centre(x + width / 2 - step.x() * pixel, y + height / 2 - step.y() * pixel):
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
        self.state.slide(at)
        self.update()

    def _on_line(self, at: QPointF) -> bool:
        area = self._area()
        return self._desk.after is not None and abs(at.x() - area.left() - area.width() * self.state.split) < _NEAR

    def _area(self) -> QRectF:
        """Where the crop is drawn: in the middle."""
        _, _, width, height = self.state.box
        pixel = self.state.factor / self.devicePixelRatioF()
        width, height = width * pixel, height * pixel
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _image_before(self) -> QImage:
        box, scale = self.state.box, self.state.reduction
        if self._before is None or self._before[0] != (box, scale):
            self._before = (box, scale), image_of(self._opened.seen(box, scale))
        return self._before[1]

    def _image_after(self) -> QImage | None:
        pixels, shown = self._desk.after, self._desk.shown
        if pixels is None or shown is None or shown.box != self.state.box or self._desk.stale:
            return None
        if self._after is None or self._after[0] is not pixels:
            x, y = shown.box[0] - shown.padded[0], shown.box[1] - shown.padded[1]
            self._after = pixels, image_of(array_of(pixels)[y : y + shown.box[3], x : x + shown.box[2]])
        return self._after[1]

    def _image_of_place(self) -> QImage | None:
        mask = self._desk.overlay.mask
        if mask is None:
            return None
        if self._veil is None or self._veil[0] is not mask:
            self._veil = mask, veil_of(mask)
        return self._veil[1]

    def _draw_line(self, painter: QPainter, x: float, area: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, colour in ((3.5, _SHADE), (1.5, _LINE)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        middle = area.center().y()
        painter.setPen(QPen(_SHADE, 1))
        painter.setBrush(_LINE)
        painter.drawEllipse(QPointF(x, middle), 9, 9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(70, 70, 70))
        for side in (-1, 1):
            painter.drawPolygon(QPolygonF([QPointF(x + side * a, middle + b) for a, b in ((6, 0), (2, -3.5), (2, 3.5))]))

    def _label(self, painter: QPainter, words: str, x: float, y: float, *, left: bool) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(words) + 12, metrics.height() + 4
        place = QRectF(x if left else x - width, y - height, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(place, 3, 3)
        painter.setPen(_LINE)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
