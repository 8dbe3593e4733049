"""`restored edit FILE`: a small window, as an external editor of other programs and out of file managers."""

from pathlib import Path
from typing import Annotated

import typer

from . import console


def edit(source: Annotated[Path, typer.Argument(metavar="FILE", help="The photograph.")]) -> None:
    """Open one photograph in a small window, and save a copy beside it."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise console.Failure("The window needs Qt: pip install 'restore-with-instruction[window]'.") from error
    from restored.window.layer import open_picture
    from restored.window.window import EditWindow

    from .workers import open_session

    opened = open_picture(source.absolute())
    application = QApplication.instance() or QApplication(["restored"])
    window = EditWindow(opened, lambda say_what: open_session(start=True, on_status=say_what))
    window.show()
    raise typer.Exit(application.exec())
