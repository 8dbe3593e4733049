"""A user's home with hosts in it, and a small plug-in to put into them."""

from pathlib import Path

import pytest

from restored.hosts import System, adapters


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def linux(home: Path) -> System:
    return System("linux", home, {})


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "restored"
    path.write_text("#!/bin/sh\n")
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(path))
    return path


@pytest.fixture
def sources(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for plugins/, so that these tests know every file that should arrive."""
    root = tmp_path / "plugins"
    files = {
        "gimp/restore-with-instruction.py": "#!/usr/bin/env python3\n",
        "gimp/restore_gimp/window.py": "one",
        "gimp/__pycache__/old.pyc": "",
        "krita/restore_with_instruction.desktop": "[Desktop Entry]\n",
        "krita/restore_with_instruction.action": "<ActionCollection/>\n",
        "krita/restore_with_instruction/__init__.py": "",
        "restored_client/session/talk.py": "",
        "restored_client/wire/vendor/msgpack/fallback.py": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(adapters, "_sources", lambda host: (root / host, root / "restored_client"))
    return root


def tree(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
