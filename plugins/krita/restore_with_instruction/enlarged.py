"""The preview's place in the docker, and a window of its own for it: a docker is mostly too small to judge a picture."""

from __future__ import annotations

from .opening import screen_of
from .preview import PreviewPanel
from .qt import Qt, QtCore, QtWidgets, Signal
from .words import tr

LEAST_ROOM = 330
"""Height of the docker's scrolled part below which the preview is folded away."""


class PreviewPlace(QtWidgets.QWidget):
    """Holds the preview; in a low docker only a button that opens it, while it is enlarged a word where it went."""

    back_wanted = Signal()  # from the canvas

    def __init__(self, preview: PreviewPanel) -> None:
        super().__init__()
        self._preview, self._folded, self._away = preview, False, False
        self.window_ = _Window(self)
        self._button = QtWidgets.QPushButton(tr("Show the preview"))
        self._button.setVisible(False)
        self._button.clicked.connect(self._pressed)
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(preview, 1)
        self._column.addWidget(self._button)
        self._column.addStretch(0)

    @property
    def enlarged(self) -> bool:
        return self._preview.parent() is self.window_

    def fit(self, height: int) -> None:
        """The docker has this much height for everything that scrolls."""
        folded = height < LEAST_ROOM
        if folded != self._folded:
            self._folded = folded
            self._refresh()

    def set_away(self, away: bool) -> None:
        """The preview is on the canvas, or back."""
        if away != self._away:
            if away and self.enlarged:
                self.window_.close()
            self._away = away
            self._refresh()

    def _pressed(self) -> None:
        if self._away:
            self.back_wanted.emit()
        else:
            self.enlarge()

    def enlarge(self) -> None:
        """Show the preview in its window, or bring it back."""
        if self.enlarged:
            self.window_.close()
            return
        self.window_.take(self._preview)
        self._refresh()

    def bring_back(self) -> None:
        """The window was closed."""
        self._column.insertWidget(0, self._preview, 1)
        QtWidgets.QWidget.setTabOrder(self._button, self._preview)  # in another window it lost its place
        self._refresh()

    def _refresh(self) -> None:
        where = tr("The preview is in its own window") if self.enlarged else tr("Show the preview")
        self._button.setText(tr("The preview is on the canvas") if self._away else where)
        self._button.setVisible(self.enlarged or self._folded or self._away)
        self._preview.setVisible((self.enlarged or not self._folded) and not self._away)


class _Window(QtWidgets.QWidget):
    def __init__(self, place: PreviewPlace) -> None:
        super().__init__(place, Qt.WindowType.Tool)
        self._place = place
        self.setWindowTitle(tr("Before and after"))
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def take(self, preview: PreviewPanel) -> None:
        self._column.addWidget(preview)
        if not self.testAttribute(Qt.WidgetAttribute.WA_Moved):
            screen = screen_of(self._place)
            size = QtCore.QSize(min(900, screen.width() * 2 // 3), min(640, screen.height() * 2 // 3))
            self.setGeometry(QtCore.QRect(screen.center() - QtCore.QPoint(size.width() // 2, size.height() // 2), size))
        self.show()
        self.raise_()
        preview.setFocus()

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event) -> None:
        self._place.bring_back()
        super().closeEvent(event)
