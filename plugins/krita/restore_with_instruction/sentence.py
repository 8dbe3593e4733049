"""A label for whole sentences."""

from __future__ import annotations

from .qt import QtWidgets


class Sentence(QtWidgets.QLabel):
    """Wraps its words and keeps room for all of them: Krita squeezes dockers to their smallest height, for which Qt counts a
    wrapped text with far too few lines."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._make_room()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)
