"""A slider that says what it sets."""

from __future__ import annotations

from . import contrast
from .qt import Qt, QtCore, QtGui, QtWidgets, event_pos
from .words import tr


class Bar(QtWidgets.QAbstractSlider):
    """A percentage with its name inside, filled as far as it goes, like Krita's own sliders. Arrow keys and the mouse set it."""

    def __init__(self, label: str, value: float = 1.0, parent=None) -> None:
        super().__init__(parent)
        self.label, self.round, self.dashed = label, False, False
        self.setRange(0, 100)
        self.setSingleStep(5)
        self.setPageStep(25)
        self.setValue(round(value * 100))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.valueChanged.connect(lambda _: self.update())

    @property
    def fraction(self) -> float:
        return self.value() / 100

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(120, max(22, self.fontMetrics().height() + 8))

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(60, self.sizeHint().height())

    @property
    def whole_width(self) -> int:
        """What its words need."""
        return self.fontMetrics().horizontalAdvance(self.label + tr("%d %%") % 100) + 34

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event) -> None:
        if self.hasFocus():  # else scrolling the docker would change what is under the pointer
            super().wheelEvent(event)
        else:
            event.ignore()

    def _follow(self, event) -> None:
        self.setValue(round(100 * event_pos(event).x() / max(1, self.width())))

    def fill(self):
        """The colour up to the value; words stand on it."""
        palette, role = self.palette(), QtGui.QPalette.ColorRole
        ground, text = palette.color(role.Base), palette.color(role.Text)
        return contrast.fill(palette.color(role.Highlight), ground, text, 0.55 if self.isEnabled() else 0.2)

    def paintEvent(self, event) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        frame = QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = frame.height() / 2 if self.round else 3.0
        shape = QtGui.QPainterPath()
        shape.addRoundedRect(frame, radius, radius)
        painter.fillPath(shape, palette.color(QtGui.QPalette.ColorRole.Base))
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(QtCore.QRectF(frame.x(), frame.y(), frame.width() * self.fraction, frame.height()), self.fill())
        painter.restore()
        role = QtGui.QPalette.ColorRole.Highlight if self.hasFocus() else QtGui.QPalette.ColorRole.Mid
        pen = QtGui.QPen(palette.color(role), 1.5 if self.hasFocus() else 1.0)
        if self.dashed and not self.hasFocus():
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPath(shape)
        group = QtGui.QPalette.ColorGroup.Normal if self.isEnabled() else QtGui.QPalette.ColorGroup.Disabled
        painter.setPen(palette.color(group, QtGui.QPalette.ColorRole.Text))
        inside = self.rect().adjusted(9, 0, -9, 0)
        percent = tr("%d %%") % self.value()
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent)
        metrics = self.fontMetrics()
        room = inside.width() - metrics.horizontalAdvance(percent) - 8
        name = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
