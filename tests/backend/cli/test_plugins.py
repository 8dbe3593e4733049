"""`restored plugins`, from the command line into folders and back."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one GIMP 3.0 and one Krita in it, and no program of either on the path."""
    (tmp_path / "config/GIMP/3.0").mkdir(parents=True)
    (tmp_path / "data/krita").mkdir(parents=True)
    (tmp_path / "restored").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(tmp_path / "restored"))
    monkeypatch.delenv("GIMP3_DIRECTORY", raising=False)
    return tmp_path


def test_install_status_uninstall(restored: Run, home: Path) -> None:
    ran = restored("plugins", "install")
    assert ran.code == 0, ran.err
    assert (home / "config/GIMP/3.0/plug-ins/restore-with-instruction/restore-with-instruction.py").is_file()
    assert (home / "data/krita/pykrita/restore_with_instruction.desktop").is_file()
    assert "enable_restore_with_instruction=true" in (home / "config/kritarc").read_text()
    places = json.loads(restored("plugins", "status", "--json").out)["places"]
    assert [place["host"] for place in places] == ["gimp", "krita"]
    assert all(place["installed"] and place["current"] and place["enabled"] for place in places)
    assert places[0]["executable"] == str(home / "restored")
    assert "not installed" in restored("plugins", "uninstall", "gimp").out
    assert not (home / "config/GIMP/3.0/plug-ins/restore-with-instruction").exists()
    assert (home / "data/krita/pykrita/restore_with_instruction").exists()


def test_a_named_folder_and_a_zip(restored: Run, home: Path) -> None:
    assert restored("plugins", "install", "gimp", "--target", home / "profile").code == 0
    assert (home / "profile/plug-ins/restore-with-instruction").is_dir()
    (home / "k.zip").write_text("somebody's")
    assert "is there already" in restored("plugins", "install", "krita", "--zip", home / "k.zip").err
    assert (home / "k.zip").read_text() == "somebody's"
    (home / "k.zip").unlink()
    for _ in range(2):  # our own is replaced
        assert restored("plugins", "install", "krita", "--zip", home / "k.zip").code == 0
    with zipfile.ZipFile(home / "k.zip") as archive:
        assert "restore_with_instruction.desktop" in archive.namelist()
    assert restored("plugins", "install", "--target", home / "profile").code == 2
    assert restored("plugins", "install", "gimp", "--zip", home / "k.zip").code == 2


def test_a_place_that_refuses_does_not_stop_the_others(restored: Run, home: Path) -> None:
    (home / "config/GIMP/3.0/plug-ins").write_text("a file where a folder should be")
    ran = restored("plugins", "install")
    assert ran.code == 1
    assert "GIMP 3.0" in ran.err
    assert (home / "data/krita/pykrita/restore_with_instruction.desktop").is_file()


def test_no_host_is_a_sentence(restored: Run, home: Path) -> None:
    (home / "config/GIMP/3.0").rmdir()
    ran = restored("plugins", "install", "gimp")
    assert (ran.code, ran.out) == (1, "")
    assert "No GIMP 3 was found" in ran.err
    assert restored("plugins", "status", "gimp").code == 0
    assert restored("plugins", "install", "photoshop").code == 2


def test_what_file_managers_start_is_there_and_goes_with_the_plug_ins(
    restored: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from restored.cli import edit, plugins
    from restored.hosts import desktop

    menu = home / "data/kio/servicemenus/restored-edit.desktop"
    monkeypatch.setattr(plugins, "find_spec", lambda name: None)
    ran = restored("plugins", "install", "desktop")
    assert ran.code == 1
    assert "needs Qt" in ran.err
    assert not menu.exists(), "an entry that starts nothing"
    monkeypatch.setattr(edit, "frozen", lambda: True)
    assert "restored ask" in restored("plugins", "install", "desktop").err
    desktop.install(home / "another", home / "data")
    restored("plugins", "uninstall")
    assert menu.exists(), "another installation's"
    desktop.install(home / "restored", home / "data")
    restored("plugins", "uninstall", "gimp")
    assert menu.exists()
    restored("plugins", "uninstall")
    assert not list(home.glob("data/**/*edit*"))
