"""What the program makes in a home, where an uninstaller finds it."""

from pathlib import Path

import pytest

from restored.standalone.folders import caches, yours


def test_what_was_made_inside_a_flatpak_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that GIMP's flatpak started writes its log into that application's own folders."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    app = tmp_path / ".var/app/org.gimp.GIMP"
    for name in (".local/state/restored/log", "cache/restored", "cache/other", "config/restored", "data/gimp"):
        (app / name).mkdir(parents=True)
    assert {path for path in caches() if path.is_relative_to(app)} == {app / ".local/state/restored", app / "cache/restored"}
    assert {path for path in yours() if path.is_relative_to(app)} == {app / "config/restored"}
