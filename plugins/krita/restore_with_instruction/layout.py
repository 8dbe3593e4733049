"""How the docker is laid out: columns, of which the upper one scrolls."""

from __future__ import annotations

from . import turns
from .enlarged import PreviewPlace
from .qt import Qt, QtCore, QtWidgets, Signal


class Scroll(QtWidgets.QScrollArea):
    """Scrolls up and down only, and asks Krita for enough height to show a plan and a preview."""

    resized = Signal(int)  # the height for what scrolls

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # no stop for the keyboard: it scrolls to what has the focus
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tell = turns.Afterwards(lambda: self.resized.emit(self.viewport().height()), self)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._tell.ask()

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(250, 420)

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(200, 120)


def column(margins, *items) -> QtWidgets.QWidget:
    """A widget with items below each other."""
    widget = QtWidgets.QWidget()
    made = QtWidgets.QVBoxLayout(widget)
    made.setContentsMargins(*margins)
    made.setSpacing(6)
    for item in items:
        if isinstance(item, QtWidgets.QLayout):
            made.addLayout(item)
        else:
            made.addWidget(item, 1 if isinstance(item, (PreviewPlace, QtWidgets.QScrollArea)) else 0)
    return widget
