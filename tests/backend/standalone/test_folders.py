"""What the program makes in a home, where an uninstaller finds it."""

from pathlib import Path

import pytest

from restored.standalone import folders
from restored.standalone.folders import caches, yours


def test_of_a_folder_that_somebody_named_only_what_is_ours_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the home itself: the uninstaller would have taken it away whole."""
    for name in ("RUNTIME", "LOG", "CONFIG", "DATA"):
        monkeypatch.setenv(f"RESTORED_{name}_DIR", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ours = ("connection.json", "lock", "4711.sock", "daemon.log", "daemon.log.1", "bundles", "gpu", "presets.json", "studio")
    for name in (*ours, "photo.jpg", "postgres.sock", "letters", "cache"):
        (tmp_path / name).touch()
    found = {path.name for path in [*caches(), *yours()] if path.parent == tmp_path}
    assert found == set(ours)
    monkeypatch.delenv("RESTORED_CONFIG_DIR")
    assert all(path.name == "restored" for path in yours() if path.parent != tmp_path)


def test_what_was_made_inside_a_flatpak_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that GIMP's flatpak started writes its log into that application's own folders."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    app = tmp_path / ".var/app/org.gimp.GIMP"
    for name in (".local/state/restored/log", "cache/restored", "cache/other", "config/restored", "data/gimp"):
        (app / name).mkdir(parents=True)
    assert {path for path in caches() if path.is_relative_to(app)} == {app / ".local/state/restored", app / "cache/restored"}
    assert {path for path in yours() if path.is_relative_to(app)} == {app / "config/restored"}


def test_imported_models_are_no_cache_where_the_daemon_lives_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where both have one folder: whoever removed the caches had removed the models."""
    for name in ("RUNTIME", "CONFIG", "LOG", "DATA"):
        monkeypatch.delenv(f"RESTORED_{name}_DIR", raising=False)
    monkeypatch.setattr(folders, "runtime_dir", lambda: tmp_path / "restored")
    monkeypatch.setattr(folders, "data_dir", lambda: tmp_path / "restored")
    (tmp_path / "restored/bundles").mkdir(parents=True)
    (tmp_path / "restored/connection.json").touch()
    found = {path for path in caches() if path.is_relative_to(tmp_path)}
    assert found == {tmp_path / "restored/connection.json", tmp_path / "restored/gpu"}
    assert tmp_path / "restored" in yours()
