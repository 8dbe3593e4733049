"""`restored ask`: what the entry in menus starts."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from restored.cli import ask as asking


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    given: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt: given.pop(0) if given else "")
    return given


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    done: list[tuple[str, str, str]] = []

    def restore_file(source: Path, target: Path, wish: SimpleNamespace, *rest: object, **more: object) -> None:
        if "bad" in source.name:
            raise ValueError("this is no photograph")
        target.write_bytes(b"result")
        done.append((source.name, wish.instruction, target.name))

    monkeypatch.setattr(asking, "restore_file", restore_file)
    monkeypatch.setattr(asking, "worker", lambda *_: nullcontext(SimpleNamespace(restore=None)))
    monkeypatch.setattr(asking, "tell", lambda *_: None)
    return done


def test_each_is_asked_for_and_put_beside_its_original(
    tmp_path: Path, answers: list[str], restored: list[tuple[str, str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    answers += ["remove the noise", "", "sharper", "brighter"]
    asking.ask([tmp_path / name for name in ("a.jpg", "b.png", "bad.png", "c.tif")])
    assert restored == [("a.jpg", "remove the noise", "a restored.png"), ("c.tif", "brighter", "c restored.tif")]
    assert "no photograph" in capsys.readouterr().err


def test_without_a_file_it_asks_for_one(tmp_path: Path, answers: list[str], restored: list[tuple[str, str, str]]) -> None:
    answers += [f"'{tmp_path / 'my photo.jpg'}' ", "remove the rain"]
    asking.ask(None)
    assert restored == [("my photo.jpg", "remove the rain", "my photo restored.png")]
    asking.ask(None)  # nothing was typed
    assert len(restored) == 1


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "photo.TIF"
    assert asking.free_name(file).name == "photo restored.TIF"
    for expected in ("photo restored 2.TIF", "photo restored 3.TIF"):
        asking.free_name(file).touch()
        assert asking.free_name(file).name == expected


@pytest.mark.parametrize("letter", ["n", "é"])
def test_a_name_that_leaves_no_room_for_more_is_said(tmp_path: Path, letter: str) -> None:
    from restored.files import FileOrder, load
    from restored.ground.errors import FileError

    file = tmp_path / (letter * (250 // len(letter.encode())) + ".png")
    Image.new("RGB", (2, 2)).save(file)
    with pytest.raises(FileError, match="too long for this disk"):
        load(file, asking.free_name(file), FileOrder(instruction="-"))
