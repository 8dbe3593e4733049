"""Why there is no window for a file, said where whoever clicked on it looks: a menu has no terminal."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from .words import CATALOGUE, tr


def refuse(sentence: str) -> None:
    """Show the sentence in the user's language until it is closed. A QApplication has to be there."""
    box = QMessageBox(QMessageBox.Icon.Warning, tr("Restore with instruction"), CATALOGUE.sentence(sentence))
    box.setTextFormat(Qt.TextFormat.PlainText)  # a file's name is anybody's
    box.exec()
