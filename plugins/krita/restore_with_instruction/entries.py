"""Actions and the docker's factory: what Krita is told about this plug-in. Imported only when Krita registers it."""

from __future__ import annotations

import weakref

from krita import DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from . import jobs, window
from .qt import QtWidgets
from .words import tr

DOCKER_ID = "restore_with_instruction"

_dockers: weakref.WeakSet[window.Docker] = weakref.WeakSet()


def make_docker() -> window.Docker:
    """Krita's call, once per window."""
    made = window.Docker()
    _dockers.add(made)
    return made


ACTIONS = {
    # name: (text, whether it stands in the Filter menu, what it does with the docker in front)
    "": (tr("Restore with instruction…"), True, lambda docker: docker.focus_instruction()),
    "_repeat": (tr("Repeat last restoration"), True, lambda docker: _shown(docker).repeat()),
    "_now": (tr("Restore the active layer now"), False, lambda docker: _shown(docker).restore()),
    "_adjust": (tr("Adjust a result, or restore it once more"), False, lambda docker: _shown(docker).toggle_adjusting()),
    "_preview": (tr("Preview in a window of its own"), False, lambda docker: _shown(docker).place.enlarge()),
    "_canvas": (tr("Preview on the canvas"), False, lambda docker: _shown(docker).show_as("canvas")),
    "_before": (tr("Preview: before or after"), False, lambda docker: docker.show_as("before")),
    "_cancel": (tr("Cancel the restoration"), False, lambda docker: docker.cancel()),
    "_cancel_all": (tr("Cancel all restorations"), False, lambda docker: docker.cancel(everything=True)),
    "_report": (tr("Copy a report about restoring"), False, lambda docker: _shown(docker).copy_report()),
}


class RestoreExtension(Extension):
    """The actions. They have no shortcut of their own: the user gives one in Krita's settings."""

    def setup(self) -> None:
        application = QtWidgets.QApplication.instance()
        assert application is not None, "Krita is one"
        application.aboutToQuit.connect(_quit)

    def createActions(self, window) -> None:
        for name, (words, in_menu, act) in ACTIONS.items():
            action = window.createAction("restore_with_instruction" + name, words, "filter" if in_menu else "")
            action.setText(words)  # Krita puts the text of the .action file in its place
            action.triggered.connect(lambda _checked=False, act=act: act(_in_front()))


def _in_front() -> window.Docker:
    """The docker of the window the user is in. (The window of `createActions` is gone by the time an action is used.)"""
    front = Krita.instance().activeWindow()
    main = None if front is None else front.qwindow()
    mine = [each for each in _dockers if each.parent() is main]
    return (mine or list(_dockers))[0]


def _shown(mine: window.Docker) -> window.Docker:
    """The docker, shown: progress, and why nothing happens, stand there."""
    mine.show()
    return mine


def _quit() -> None:
    for each in list(_dockers):
        each.close_down()
    jobs.stop_shared()


def register() -> None:
    """Tell Krita about the actions and the docker."""
    app = Krita.instance()
    app.addExtension(RestoreExtension(app))
    app.addDockWidgetFactory(DockWidgetFactory(DOCKER_ID, right_side(), make_docker))


def right_side():
    """Where the docker starts: Krita 6 scopes its enums, Krita 5 does not."""
    scope = getattr(DockWidgetFactoryBase, "DockPosition", DockWidgetFactoryBase)
    return scope.DockRight
