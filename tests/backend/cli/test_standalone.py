"""What only the standalone program says, and what its uninstaller asks it."""

import subprocess
import sys
from pathlib import Path

import pytest

from restored.standalone import folders


def test_every_folder_of_ours_is_named_for_the_uninstaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "restored.cli", "places"], env=environment, capture_output=True, text=True, check=True
    )
    lines = [line.split(": ", 1) for line in done.stdout.splitlines()]
    assert {kind for kind, _ in lines} == {"cache", "yours"}
    for _, folder in lines:
        assert folder.startswith(str(tmp_path))
        assert "restored" in Path(folder).parts, "an uninstaller must never be told of a folder that others share"


def test_the_folders_that_variables_name_are_the_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUNTIME", "CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"RESTORED_{name}_DIR", str(tmp_path / name.lower()))
    assert {tmp_path / "runtime", tmp_path / "log", tmp_path / "data/gpu"} <= set(folders.caches())
    assert set(folders.yours()) == {tmp_path / "config", tmp_path / "data"}
    assert tmp_path not in folders.caches(), "the folder of the log may be another's"


def test_pips_installation_has_no_updates_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "restored.cli", "update", "--from", "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
