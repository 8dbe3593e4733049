"""Entries in file managers: written where freedesktop says, started with the very file, and gone again."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from restored.ground.errors import FileError
from restored.hosts import desktop


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Writes down what it was called with, from a folder whose name wants quoting."""
    path = tmp_path / "my $tools 100%" / "restored"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{tmp_path}/called'\n")
    path.chmod(0o755)
    return path


def test_installed_current_and_gone_again(program: Path, tmp_path: Path) -> None:
    home = tmp_path / "data"
    assert not any(entry.installed for entry in desktop.status(program, home))
    assert all(entry.installed and entry.current for entry in desktop.install(program, home))
    stale = desktop.status(tmp_path / "elsewhere", home)
    assert all(entry.installed and not entry.current for entry in stale)
    assert "install it again" in stale[0].sentence()
    assert not any(entry.installed for entry in desktop.uninstall(program, home))
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.name != "posix", reason="these entries are freedesktop's")
def test_a_program_s_name_writes_no_entry_of_its_own(tmp_path: Path) -> None:
    for name in ("/tmp/a\nExec=evil", os.fsdecode(b"/tmp/\xff"), "/tmp/\x1b[2J"):
        with pytest.raises(FileError, match="no menu can hold"):
            desktop.install(Path(name), tmp_path / "data")
        assert not any(entry.installed for entry in desktop.uninstall(Path(name), tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_what_stands_in_the_way_is_said(program: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be changed"):
        desktop.install(program, tmp_path / "file")
    (tmp_path / "data/applications/restored-edit.desktop").mkdir(parents=True)
    with pytest.raises(FileError, match="is a folder"):
        desktop.install(program, tmp_path / "data")
    with pytest.raises(FileError, match="cannot be changed"):
        desktop.uninstall(program, tmp_path / "data")


def test_the_entries_are_sound(program: Path, tmp_path: Path) -> None:
    for entry in desktop.install(program, tmp_path / "data"):
        if entry.path.suffix != ".desktop":
            continue
        parsed = configparser.RawConfigParser()
        parsed.read(entry.path, "utf-8")
        group = "Desktop Action restore" if "Desktop Action restore" in parsed else "Desktop Entry"
        assert parsed[group]["Exec"].endswith(" edit --no-terminal %f")
        assert parsed[group]["Name[de]"].startswith("Restaurieren nach Anweisung")
        validate = shutil.which("desktop-file-validate")
        if validate and group == "Desktop Entry":  # a service menu is KDE's own form, which the tool does not know
            assert not subprocess.run([validate, str(entry.path)], capture_output=True, text=True, check=False).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_nautilus_gives_the_files_as_they_are(program: Path, tmp_path: Path) -> None:
    script = desktop.install(program, tmp_path / "data")[2].path
    files = '/photos/a b.jpg\n/photos/it\'s "one" $HOME.png\n'
    subprocess.run([str(script)], env={**os.environ, "NAUTILUS_SCRIPT_SELECTED_FILE_PATHS": files}, check=True, timeout=120)
    called = (tmp_path / "called").read_text().splitlines()
    assert sorted(called) == sorted(
        ["edit", "--no-terminal", "/photos/a b.jpg", "edit", "--no-terminal", '/photos/it\'s "one" $HOME.png']
    )
