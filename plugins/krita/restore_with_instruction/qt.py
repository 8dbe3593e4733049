"""Qt as this Krita has it: 5 or 6, never both.

Importing the other one crashes Krita, so the choice follows the binding that Krita's own `krita` module has already loaded, and
only then Krita's version. Enums are written with their scope everywhere (`Qt.AlignmentFlag.AlignLeft`): both bindings know that.
"""

from __future__ import annotations

import sys

from krita import Krita


def _major() -> int:
    for major in (6, 5):
        if f"PyQt{major}.QtCore" in sys.modules:
            return major
    return 6 if int(Krita.instance().version().split(".")[0]) >= 6 else 5


QT = _major()

if QT == 6:
    from PyQt6 import QtCore, QtGui, QtWidgets, sip

    QAction = QtGui.QAction
else:
    from PyQt5 import QtCore, QtGui, QtWidgets, sip

    QAction = QtWidgets.QAction

Qt = QtCore.Qt
Signal = QtCore.pyqtSignal

__all__ = ["QT", "QAction", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal", "event_pos", "sip"]


def event_pos(event):
    """Where a mouse event happened, as a QPointF in the widget."""
    return event.position() if QT == 6 else event.localPos()
