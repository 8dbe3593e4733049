"""`restored edit FILE`: a small window, as an external editor of other programs and out of file managers."""

from pathlib import Path
from typing import Annotated

import typer

from restored.ground.errors import RestoredError
from restored.ground.versions import how_to_get
from restored.standalone import frozen

from . import console


def no_window() -> str:
    """What to do where the window cannot be opened."""
    if frozen():
        return "The standalone program has no window. “restored ask FILE”, and “Open with” in file managers, ask in a terminal."
    return f"The window needs Qt: {how_to_get('window')}."


def edit(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="The photograph.")],
    no_terminal: Annotated[
        bool, typer.Option("--no-terminal", help="Show in a window why a file cannot be opened: for menus and other programs.")
    ] = False,
) -> None:
    """Open one photograph in a small window, and save a copy beside it."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise console.Failure(no_window()) from error
    from restored.window.layer import open_picture
    from restored.window.refusal import refuse
    from restored.window.window import EditWindow

    from .workers import open_session

    application = QApplication.instance() or QApplication(["restored"]) if no_terminal else None
    try:
        opened = open_picture(source.absolute())
    except RestoredError as error:
        if no_terminal:
            refuse(str(error))
        raise
    application = application or QApplication.instance() or QApplication(["restored"])
    window = EditWindow(opened, lambda say_what: open_session(start=True, on_status=say_what))
    window.show()
    raise typer.Exit(application.exec())
