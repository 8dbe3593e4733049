"""Where the docker stands when it is shown for the first time: Krita squeezes a new one between others. And where what opens
beside a widget does, inside the screen."""

from __future__ import annotations

from typing import Any

from .qt import QtCore, QtGui

SIZE = (340, 660)
"""Of the docker then, where the screen has that much."""

LOW = 460
"""Height of a docker in which not everything is in sight."""


def float_if_low(docker) -> None:
    """Have it float at a good size beside the dockers at the right, unless it is high enough where it is."""
    main = docker.parentWidget()
    if docker.isFloating() or docker.height() >= LOW or main is None:
        return
    room = main.frameGeometry().intersected(screen_of(main))
    width, height = min(SIZE[0], room.width() - 40), min(SIZE[1], room.height() - 50)
    docker.setFloating(True)
    docker.resize(width, height)
    docker.move(max(room.left(), room.right() - width - 280), room.top() + (room.height() - height) // 2)


def screen_of(widget) -> Any:
    """What can be used of the screen on which the middle of a widget is."""
    screen = QtGui.QGuiApplication.screenAt(widget.mapToGlobal(widget.rect().center()))
    return (screen or QtGui.QGuiApplication.primaryScreen()).availableGeometry()


def beside(widget, width: int, height: int, left: bool = False) -> Any:
    """The corner of a window that opens below a widget, or above it where the screen ends before; it begins where the widget does
    (`left`) or ends where that ends."""
    top, end = widget.mapToGlobal(QtCore.QPoint(0, 0)), widget.mapToGlobal(QtCore.QPoint(widget.width(), widget.height()))
    screen = screen_of(widget)
    x = max(screen.left(), min(top.x() if left else end.x() - width, screen.right() - width))
    y = end.y() if end.y() + height <= screen.bottom() else top.y() - height
    return QtCore.QPoint(x, max(screen.top(), y))
