"""`restored edit FILE`: a small window, as an external editor of other programs and out of file managers."""

from pathlib import Path
from typing import Annotated

import typer

from restored.ground.versions import how_to_get
from restored.standalone import frozen

from . import console


def no_window() -> str:
    """What to do where the window cannot be opened."""
    if frozen():
        return "The standalone program has no window. “restored ask FILE”, and “Open with” in file managers, ask in a terminal."
    return f"The window needs Qt: {how_to_get('window')}."


def edit(source: Annotated[Path, typer.Argument(metavar="FILE", help="The photograph.")]) -> None:
    """Open one photograph in a small window, and save a copy beside it."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise console.Failure(no_window()) from error
    from restored.window.layer import open_picture
    from restored.window.window import EditWindow

    from .workers import open_session

    opened = open_picture(source.absolute())
    application = QApplication.instance() or QApplication(["restored"])
    window = EditWindow(opened, lambda say_what: open_session(start=True, on_status=say_what))
    window.show()
    raise typer.Exit(application.exec())
