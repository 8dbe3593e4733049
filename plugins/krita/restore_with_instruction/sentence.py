"""A label for whole sentences."""

from __future__ import annotations

from . import contrast
from .qt import Qt, QtCore, QtGui, QtWidgets


class Sentence(QtWidgets.QLabel):
    """Wraps its words and keeps room for all of them: Krita squeezes dockers to their smallest height, for which Qt counts a
    wrapped text with far too few lines."""

    def __init__(self, parent=None, quiet: bool = False) -> None:
        """quiet: its words matter less than others."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names and instructions are anybody's
        self.setWordWrap(True)
        self._quiet = quiet
        self._fade()

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() in (QtCore.QEvent.Type.PaletteChange, QtCore.QEvent.Type.ParentChange):
            self._fade()

    def _fade(self) -> None:
        if self._quiet:
            role, palette = QtGui.QPalette.ColorRole, QtWidgets.QApplication.palette()
            colour = contrast.quiet(palette.color(role.WindowText), palette.color(role.Window))
            if self.palette().color(role.WindowText) != colour:
                mine = QtGui.QPalette(palette)
                mine.setColor(role.WindowText, colour)
                self.setPalette(mine)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._make_room()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)
