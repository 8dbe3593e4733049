"""The manual: what opens with F1 in the docker and its help button."""

from __future__ import annotations

from pathlib import Path

from .qt import Qt, QtCore, QtGui, QtWidgets

MANUAL = Path(__file__).resolve().parent / "manual.html"


def open_manual() -> None:
    """Show the manual in the user's browser."""
    QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(MANUAL)))


def key_for(widget):
    """F1 in a widget and all that is in it opens the manual."""
    keys = QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.HelpContents)
    made = QtWidgets.QShortcut(keys, widget) if hasattr(QtWidgets, "QShortcut") else QtGui.QShortcut(keys, widget)
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.activated.connect(open_manual)
    return made
