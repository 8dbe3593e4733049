"""`restored explain`: one sentence, or a file of them."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran, Somebody

Run = Callable[..., Ran]


@pytest.mark.usefixtures("somebody")
def test_a_sentence(restored: Run) -> None:
    assert "too dark" in restored("explain", "make it brighter").out
    assert "That is not about a photograph." in restored("explain", "hello").out
    said = json.loads(restored("explain", "make it brighter", "--json").out)
    assert {"text", "steps", "excluded", "reason", "message"} <= said.keys()
    assert {"task", "confidence", "strength", "words"} <= said["steps"][0].keys()


def test_a_file_gives_one_line_of_json_per_line(restored: Run, somebody: Somebody, tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_bytes(b"brighter\r\n\nnot \xff utf-8\nno end of line \xe2\x80\xa8 here")
    ran = restored("explain", "--file", lines, "--json")
    said = [json.loads(line) for line in ran.out.split("\n") if line]
    assert [plan["text"] for plan in said] == ["brighter", "", "not � utf-8", "no end of line \u2028 here"]
    assert somebody.said[1] == ""


@pytest.mark.usefixtures("somebody")
def test_the_standard_input(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"brighter\nhello\n")))
    assert len(restored("explain", "--file", "-", "--json").out.splitlines()) == 2


@pytest.mark.usefixtures("somebody")
def test_wrong_usage(restored: Run, tmp_path: Path) -> None:
    assert restored("explain").code == 2
    assert restored("explain", "x", "--file", tmp_path).code == 2
    ran = restored("explain", "--file", tmp_path / "none.txt")
    assert ran.code == 1
    assert "cannot be read" in ran.err
