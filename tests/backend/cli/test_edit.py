"""`restored edit`: the window of one photograph, and what is said where it cannot be."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Ran


def test_without_qt_it_says_what_to_install(restored: Callable[..., Ran], photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PySide6", "PySide6.QtWidgets"):
        monkeypatch.setitem(sys.modules, name, None)
    code, out, err = restored("edit", photo)
    assert (code, out) == (1, "")
    assert "pip install 'restore-with-instruction[window]'" in err


def test_the_window_is_that_photographs(restored: Callable[..., Ran], photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    widgets = pytest.importorskip("PySide6.QtWidgets")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    from restored.window import window

    shown: list[Any] = []

    class Window:
        def __init__(self, opened: Any, session: Callable[[Callable[[str], None]], Any]) -> None:
            self.opened = opened

        def show(self) -> None:
            shown.append(self.opened)

    monkeypatch.setattr(window, "EditWindow", Window)
    monkeypatch.setattr(widgets.QApplication, "exec", lambda *_: 7)
    assert restored("edit", photo).code == 7, "the window's own end is the command's"
    assert [opened.source for opened in shown] == [photo]


def test_what_is_no_picture_opens_no_window(restored: Callable[..., Ran], tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtWidgets")
    (tmp_path / "letter.jpg").write_text("Dear Sir")
    code, _, err = restored("edit", tmp_path / "letter.jpg")
    assert code == 1
    assert "letter.jpg" in err
    assert "Traceback" not in err


def test_who_has_no_terminal_reads_it_in_a_window(
    restored: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widgets = pytest.importorskip("PySide6.QtWidgets")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    said: list[str] = []
    monkeypatch.setattr(widgets.QMessageBox, "exec", lambda box: said.append(box.text()))
    (tmp_path / "<b>letter.jpg").write_text("Dear Sir")
    assert restored("edit", "--no-terminal", tmp_path / "<b>letter.jpg").code == 1
    (sentence,) = said
    assert "<b>letter.jpg" in sentence


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_not_waited_for(restored: Callable[..., Ran], tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtWidgets")
    os.mkfifo(tmp_path / "photo.png")
    code, _, err = restored("edit", tmp_path / "photo.png")
    assert code == 1
    assert "a pipe or a device" in err
