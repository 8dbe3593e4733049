"""What is asked and shown on a terminal, and Ctrl+C during a job."""

import io
import signal
import sys

import pytest
from rich.console import Console

from restored.cli import console
from restored_client.wire.errors import Cancelled


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is shown on a terminal in place of stderr."""
    shown = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=shown, force_terminal=True, width=100, _environ={"TERM": "xterm"}))
    return shown


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


class Broken(io.StringIO):
    def readline(self, *_: object) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        raise OSError("no terminal")


@pytest.mark.parametrize(
    ("said", "yes"), [("y\n", True), ("YES\n", True), ("ja\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_one(monkeypatch: pytest.MonkeyPatch, terminal: io.StringIO, said: str, yes: bool) -> None:
    types(monkeypatch, said)
    assert console.confirmed("Replace it?") is yes
    assert "Replace it? [y/N]" in terminal.getvalue()


@pytest.mark.parametrize(
    ("said", "answer"), [("r\n", "rename"), ("Over\n", "overwrite"), ("\n", "skip"), ("what\n", "skip"), ("", "skip")]
)
def test_no_answer_is_the_first(monkeypatch: pytest.MonkeyPatch, terminal: io.StringIO, said: str, answer: str) -> None:
    types(monkeypatch, said)
    assert console.chosen("Three files are there.", ("skip", "rename", "overwrite")) == answer
    assert "[skip]" in terminal.getvalue()


@pytest.mark.usefixtures("terminal")
def test_nobody_to_ask_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Broken())
    assert console.confirmed("Replace it?") is False
    assert console.chosen("Which?", ("skip", "rename")) == "skip"
    assert console.asks() is False
    types(monkeypatch, "")
    assert console.answer("Your name? ") == ""
    types(monkeypatch, " ann \n")
    assert console.answer("Your name? ") == "ann"


def test_progress_is_shown_on_a_terminal_and_nowhere_else(terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    with console.progress("Restoring") as show:
        show(0.5, "Removing the \x1b[2Jnoise")
    assert "\x1b[2Jnoise" not in terminal.getvalue(), "foreign text moves no cursor"
    assert "noise" in terminal.getvalue()
    plain = io.StringIO()
    with console.progress("Restoring", quiet=True) as show:
        show(0.5, "Removing")
    monkeypatch.setattr(console, "err", Console(file=plain))
    with console.progress("Restoring") as show:
        show(0.5, "Removing")
    assert plain.getvalue() == ""


def test_ctrl_c_is_answered_by_the_job_and_the_second_one_ends_it() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Cancelled), console.interruptible() as interrupted:  # noqa: PT012 - Cancelled comes at the end
        assert interrupted() is False
        signal.raise_signal(signal.SIGINT)
        assert interrupted() is True
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt), console.interruptible():  # noqa: PT012 - both presses are inside
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    with console.interruptible() as interrupted:
        assert interrupted() is False


def test_a_polite_kill_is_one_too() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with pytest.raises(Cancelled), console.interruptible() as interrupted:  # noqa: PT012 - Cancelled comes at the end
            signal.raise_signal(signal.SIGTERM)
            assert interrupted() is True
        assert heard == [signal.SIGTERM], "who ended the program before still does"
    finally:
        signal.signal(signal.SIGTERM, before)
