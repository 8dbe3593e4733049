"""`restored run` that cannot be done: one sentence, an exit code, and nothing changed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from restored_client.wire.errors import Cancelled, ClientError

from .conftest import Ran, Somebody, names

Run = Callable[..., Ran]


WRONG = {
    "missing input": (["run", "none.png", "brighter", "-o", "o.png"], "no file"),
    "onto itself": (["run", "photo.png", "brighter", "-o", "photo.png"], "replace the original"),
    "through another name": (["run", "photo.png", "brighter", "-o", "./x/../photo.png"], "replace the original"),
    "unknown ending": (["run", "photo.png", "brighter", "-o", "o.gif"], "must end in"),
    "no such folder": (["run", "photo.png", "brighter", "-o", "none/o.png"], "does not exist"),
    "mask of another size": (["run", "photo.png", "brighter", "-o", "o.png", "--mask", "small.png"], "one size"),
}


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize("case", WRONG)
def test_errors_are_one_sentence_and_change_nothing(
    restored: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    Image.new("L", (3, 3)).save("small.png")
    before, content = names(tmp_path), photo.read_bytes()
    arguments, words = WRONG[case]
    ran = restored(*arguments)
    assert ran.code == 1
    assert ran.out == ""
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert names(tmp_path) == before
    assert photo.read_bytes() == content


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "photo.png", "brighter"],
        ["run", "photo.png", "-o", "o.png"],
        ["run", "photo.png", "brighter", "-o"],
        ["run", "photo.png", "make", "it", "brighter", "-o", "o.png"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--strenght", "1"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--strength", "2"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--strength", "much"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--scale", "3"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--quality", "101"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--device", "toaster"],
        ["run", "photo.png", "brighter", "-o", "o.png", "--recipe", "photo.png"],
        ["rum", "photo.png"],
        ["daemon", "restart-please"],
    ],
)
def test_wrong_usage_is_told_apart_by_one_sentence(
    restored: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(photo.parent)
    ran = restored(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert re.fullmatch(r"[^\n]*[.]\n", ran.err), ran.err
    assert "Usage:" not in ran.err
    assert "Input should" not in ran.err, "the words of a library"
    assert names(photo.parent) == ["photo.png"]
    ran = restored(arguments[0], "--json", *arguments[1:])
    assert ran.code == 2
    assert json.loads(ran.out)["code"] == "usage"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["run", "photo.png", "o.png", "brighten it"], True), (["run", "photo.png", "brighten", "it", "-o", "o.png"], False)],
)
def test_a_place_without_its_option_is_said(
    restored: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: bool
) -> None:
    monkeypatch.chdir(photo.parent)
    ran = restored(*arguments)
    assert ran.code == 2
    assert ("and -o before the place of the result" in ran.err) is says


@pytest.mark.parametrize("error", [ClientError("daemon_died"), MemoryError(), ZeroDivisionError("division by zero")])
def test_a_restoration_that_fails(restored: Run, somebody: Somebody, photo: Path, error: Exception) -> None:
    somebody.error = error
    ran = restored("run", photo, "brighter", "-o", photo.with_name("o.png"), "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["error"] == ran.err.rstrip()
    assert ran.err.endswith(".\n")
    assert "Traceback" not in ran.err
    assert names(photo.parent) == ["photo.png"]


def test_the_details_are_there_for_who_wants_them(
    restored: Run, somebody: Somebody, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTORED_DEBUG", "1")
    somebody.error = ZeroDivisionError("division by zero")
    assert "Traceback" in restored("run", photo, "brighter", "-o", photo.with_name("o.png")).err


@pytest.mark.parametrize("error", [Cancelled(), KeyboardInterrupt()])
def test_ctrl_c_has_the_exit_code_of_ctrl_c(restored: Run, somebody: Somebody, photo: Path, error: Exception) -> None:
    somebody.error = error
    assert restored("run", photo, "brighter", "-o", photo.with_name("o.png")).code == 130
    assert names(photo.parent) == ["photo.png"]
