"""Actions and the docker's factory: what Krita is told about this plug-in. Imported only when Krita registers it."""

from __future__ import annotations

import weakref

from krita import DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from . import docker
from .i18n import tr
from .qt import QtWidgets

DOCKER_ID = "restore_with_instruction"

_dockers: weakref.WeakSet[docker.Docker] = weakref.WeakSet()


def make_docker() -> docker.Docker:
    """Krita's call, once per window."""
    made = docker.Docker()
    _dockers.add(made)
    return made


class RestoreExtension(Extension):
    """The two actions. They have no shortcut of their own: the user gives one in Krita's settings."""

    def setup(self) -> None:
        QtWidgets.QApplication.instance().aboutToQuit.connect(_quit)

    def createActions(self, window) -> None:
        words = tr("Restore with instruction…")
        restore = window.createAction("restore_with_instruction", words, "filter")
        restore.setText(words)  # Krita puts the text of the .action file in its place
        restore.triggered.connect(lambda: _in_front().focus_instruction())
        words = tr("Repeat last restoration")
        repeat = window.createAction("restore_with_instruction_repeat", words, "filter")
        repeat.setText(words)
        repeat.triggered.connect(lambda: _repeat(_in_front()))


def _in_front() -> docker.Docker:
    """The docker of the window the user is in. (The window of `createActions` is gone by the time an action is used.)"""
    main = Krita.instance().activeWindow().qwindow()
    mine = [each for each in _dockers if each.parent() is main]
    return (mine or list(_dockers))[0]


def _repeat(mine: docker.Docker) -> None:
    mine.show()  # progress, and why nothing happens, are shown there
    mine.repeat()


def _quit() -> None:
    for each in list(_dockers):
        each.close_down()
    docker.stop_queue()


def register() -> None:
    """Tell Krita about the actions and the docker."""
    app = Krita.instance()
    app.addExtension(RestoreExtension(app))
    app.addDockWidgetFactory(DockWidgetFactory(DOCKER_ID, right_side(), make_docker))


def right_side():
    """Where the docker starts: Krita 6 scopes its enums, Krita 5 does not."""
    scope = getattr(DockWidgetFactoryBase, "DockPosition", DockWidgetFactoryBase)
    return scope.DockRight
