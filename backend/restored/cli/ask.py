"""`restored ask`: what the entry in menus and file managers starts. It asks for the wish in its terminal."""

import os
from pathlib import Path
from typing import Annotated

import typer

from restored.files import restore_file

from . import console
from .reporting import tell
from .wishes import make_wish
from .workers import worker


def ask(files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Photographs.")] = None) -> None:
    """Ask in the terminal what is wrong with photographs, and put each result beside its original."""
    for file in files or _named():
        words = console.answer(f"What is wrong with {file.name}? ")
        if words:
            _restore(file, words)
    console.answer("Press Enter to close.")


def _named() -> list[Path]:
    name = console.answer("Which photograph? (Drag it into this window.) ").strip("'\"")
    return [Path(name)] if name else []


def _restore(file: Path, words: str) -> None:
    wish = make_wish(words)
    target = free_name(file)
    try:
        with (
            console.progress("Starting") as show,
            worker(False, lambda said: show(None, said)) as who,
            console.interruptible() as stop,
        ):
            report = restore_file(file, target, wish, who.restore, progress=show, cancelled=stop, keep=True, copy=False)
            tell(report, file, target, wish)
    except Exception as error:  # the next photograph still has its turn, and the window stays to be read
        console.fail(console.explain_exception(error))


def free_name(file: Path) -> Path:
    """`photo restored.png`, or with a number: never a file that is there. PNG for what would lose by being written again."""
    ending = file.suffix if file.suffix.lower() in (".png", ".tif", ".tiff") else ".png"
    for number in range(1, 10_000):
        name = f"{file.stem} restored{f' {number}' if number > 1 else ''}{ending}"
        if not os.path.exists(file.with_name(name)):  # a name that is too long is said later, in a sentence
            return file.with_name(name)
    raise console.Failure(f"There are thousands of results beside {file.name}. Move some away.")
