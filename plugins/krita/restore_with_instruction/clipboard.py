"""What the docker copies as text: its wish as a command line, and what a problem report needs."""

from __future__ import annotations

import os

from krita import Krita

from .qt import QtWidgets
from .restored_client.desk.commandline import command_line
from .restored_client.desk.desk import Desk
from .restored_client.desk.report import report


def copy_command(desk: Desk) -> None:
    """What would be done now to the picture in front."""
    document = Krita.instance().activeDocument()
    picture = os.path.basename(document.fileName()) if document is not None else ""
    _copy(command_line(desk.wish(), desk.plan.edited, picture or "photo.jpg"))


def copy_report(desk: Desk) -> None:
    """Versions and what went wrong, without anybody's names."""
    _copy(report("Krita " + Krita.instance().version(), desk))


def _copy(text: str) -> None:
    QtWidgets.QApplication.clipboard().setText(text)
