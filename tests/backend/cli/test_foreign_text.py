"""Names, recipes, manifests and clients reach the terminal as text: no escape sequence, no markup, no forged line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.text import Text

from restored.cli import console
from restored.cli.ask import ask
from restored.cli.daemon import _tell

from .conftest import Ran, Somebody

EVIL = "\x1b]0;owned\x07\x1b[2J[link=https://x.invalid]here[/link]\nError: forged"
Run = Callable[..., Ran]


def harmless(text: str) -> None:
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\nError: forged" not in text


@pytest.mark.usefixtures("somebody")
def test_a_files_name(restored: Run, photo: Path, tmp_path: Path) -> None:
    evil = tmp_path / ("\x1b]0;owned\x07\nError: forged.png")
    photo.rename(evil)
    for arguments in (
        ("run", evil, "brighter", "-o", tmp_path / "out.png"),
        ("run", tmp_path / (evil.name + "x"), "x", "-o", evil),
    ):
        ran = restored(*arguments)
        harmless(ran.out + ran.err)
    ran = restored("run", evil, "brighter", "-o", tmp_path / "again.png", "--json")
    harmless(ran.out)
    assert json.loads(ran.out)["output"]


def test_a_question(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "")
    ask([tmp_path / f"{EVIL.replace('/', '')}.png"])
    assert asked[0].startswith("What is wrong with")
    harmless("".join(asked) + "".join(capsys.readouterr()))


def test_nobody_there_to_answer_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    ask([tmp_path / "a.png"])
    ask(None)


def test_what_a_recipe_and_a_daemon_say(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    step = {"task": "lowlight", "label": EVIL, "strength": 1, "confidence": 1}
    recipe = {"restore_with_instruction": 1, "plan": {"steps": [step], "excluded": [EVIL]}, "instruction": EVIL}
    (tmp_path / "r.json").write_text(json.dumps(recipe))
    ran = restored("run", photo, "--recipe", tmp_path / "r.json", "-o", tmp_path / "out.png")
    assert ran.code == 0
    harmless(ran.out + ran.err)
    assert "[link=https://x.invalid]here[/link]" in ran.out, "shown, not obeyed"


def test_a_clients_name_in_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    job = {"words": EVIL, "fraction": 0.5, "client": EVIL, "kind": "restore"}
    _tell(
        {"version": EVIL, "pid": 1, "state": EVIL, "words": EVIL, "device": EVIL, "loaded": [EVIL], "jobs": [job], "log": EVIL},
        False,
    )
    harmless(capsys.readouterr().out)


def test_a_progress_bars_words(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = console.SafeConsole(file=io.StringIO(), force_terminal=True, width=200)
    monkeypatch.setattr(console, "err", screen)
    with console.progress("x") as show:
        show(0.5, EVIL)
    drawn = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "owned" in drawn
    assert "\x1b]" not in drawn, "a title or a link"
    assert "\x07" not in drawn


def test_our_own_styles_stay() -> None:
    screen = console.SafeConsole(file=io.StringIO(), force_terminal=True, width=80)
    screen.print(Text.assemble(("a\x1bb", "bold"), " c"))
    assert "\x1b[1ma\ufffdb\x1b[0m c" in screen.file.getvalue()  # type: ignore[attr-defined]


def test_status_tells_of_strangers_at_the_door(capsys: pytest.CaptureFixture[str]) -> None:
    status = {"version": "1", "pid": 1, "state": "ready", "log": "x"}
    _tell({**status, "newcomers": {"waiting": 3, "turned_away": 41}}, False)
    assert "3 silent connections, 41 turned away" in capsys.readouterr().out
    _tell({**status, "newcomers": {"waiting": 0, "turned_away": 0}}, False)
    assert "silent" not in capsys.readouterr().out
