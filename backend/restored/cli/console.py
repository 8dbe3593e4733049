"""What the command says and where: results on stdout, everything about getting there on stderr."""

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.text import Text

from restored.ground.errors import Cancelled, RestoredError
from restored.ground.text import visible

INTERRUPTED: Final = 130
"""Exit code after Ctrl+C, as shells expect it."""


class Failure(RestoredError):
    """Something the user can mend; the message is a sentence for them."""


class SafeConsole(Console):
    """A console that shows what it is given and obeys none of it: no escape sequence, no markup, no line feed in a name.

    Everything the command says goes through here, so that foreign text needs no care where it is put into a sentence.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        with _said():
            super().print(*(_shown(each) for each in objects), **options)

    def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
        """What is drawn in other ways, such as a progress bar's description."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text, lines=True))


@contextmanager
def _said() -> Iterator[None]:
    """A full disk behind the standard output is not mistaken for a failure of the work that is reported on."""
    try:
        yield
    except BrokenPipeError:  # who reads has had enough
        raise
    except OSError as error:
        raise Failure(f"What I have to say could not be written ({error.strerror or error}); what was done is done.") from error


def _shown(what: Any) -> Any:
    if isinstance(what, str):
        return Text(visible(what))
    if isinstance(what, Text):
        what = what.copy()
        what.plain = visible(what.plain)
    return what


out = SafeConsole(highlight=False, soft_wrap=True)
err = SafeConsole(stderr=True, highlight=False, soft_wrap=True)


def write_any_text() -> None:
    """From now on a character that the terminal's encoding lacks is written as “?”: a result must not fail at its report."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def repaired(argument: str) -> str:
    """A text from the command line whose bytes were not UTF-8, readable again. Not for file names, which keep their bytes."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def print_json(data: Any) -> None:
    """One object, one line, whatever the terminal's encoding and the bytes in a file's name."""
    line = json.dumps(data, ensure_ascii=False, separators=(", ", ": "))
    # what JSON allows in a text and a terminal would still obey
    line = "".join(f"\\u{ord(char):04x}" if visible(char) != char else char for char in line) if visible(line) != line else line
    try:
        line.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        line = json.dumps(data, separators=(", ", ": "))
    with _said():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def warn(sentence: str) -> None:
    err.print(Text(sentence, style="yellow"))


def fail(sentence: str) -> None:
    err.print(Text(sentence, style="bold red"))


def explain_exception(error: BaseException) -> str:
    """The sentence an exception stands for. Those of this project's own classes are sentences; others are ours to mend."""
    if isinstance(error, RestoredError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Close other programs, or use a smaller picture."
    return (
        f"Something went wrong inside restored ({type(error).__name__}: {error}). Nothing was changed. "
        "“restored doctor” makes a report; with RESTORED_DEBUG=1 the details are shown."
    )


def is_interrupt(error: BaseException) -> bool:
    """Whether the user ended this: by Ctrl+C, which the daemon's client and the engine report as Cancelled."""
    return isinstance(error, KeyboardInterrupt | Cancelled)


def asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty() and err.is_terminal


def answer(question: str) -> str:
    """Ask on the terminal for a line of text; no answer is an empty one. The question may hold foreign text."""
    try:
        return input(visible(question)).strip()
    except EOFError:
        return ""


def confirmed(question: str) -> bool:
    """Ask on the terminal; no answer is no."""
    err.print(Text(question + " [y/N] "), end="")
    try:
        return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")
    except OSError:
        return False


def chosen(question: str, answers: tuple[str, ...]) -> str:
    """Ask which of `answers` it shall be; no answer is the first."""
    err.print(Text(f"{question} {', '.join(answers)}? [{answers[0]}] "), end="")
    try:
        said = sys.stdin.readline().strip().lower()
    except OSError:
        said = ""
    return next((answer for answer in answers if said and answer.startswith(said)), answers[0])


def debugging() -> bool:
    """Whether the user asked for tracebacks."""
    return bool(os.environ.get("RESTORED_DEBUG"))


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Callable[[float | None, str], None]]:
    """A progress line on a terminal; nothing when `quiet` or when stderr goes elsewhere."""
    if quiet or not err.is_terminal:
        yield lambda fraction, words: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(fraction: float | None, words: str) -> None:
            bar.update(
                task, description=visible(words or what), total=None if fraction is None else 1.0, completed=fraction or 0.0
            )

        yield show


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """While inside, Ctrl+C makes the given question answer True, so that a job ends in order; pressed again it interrupts. A
    polite kill does so too, before it ends the main thread: others may wait for nothing but that answer.

    Raises Cancelled at the end when nobody asked in time.
    """
    asked = False

    def remember(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def end(*given: Any) -> None:
        nonlocal asked
        asked = True
        assert callable(ends)
        ends(*given)

    before, ends = signal.signal(signal.SIGINT, remember), signal.getsignal(signal.SIGTERM)
    if callable(ends):
        signal.signal(signal.SIGTERM, end)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
        if callable(ends):
            signal.signal(signal.SIGTERM, ends)
    if asked:
        raise Cancelled
