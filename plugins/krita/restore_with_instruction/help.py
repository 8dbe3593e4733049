"""The manual: what opens with F1 in the docker and its help button."""

from __future__ import annotations

from pathlib import Path

from .qt import QtCore, QtGui

MANUAL = Path(__file__).resolve().parent / "manual.html"


def open_manual() -> None:
    """Show the manual in the user's browser."""
    QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(MANUAL)))
