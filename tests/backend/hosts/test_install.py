"""Plug-ins arrive whole, are updated whole, leave without a trace; and a failure changes nothing."""

import errno
import json
import os
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from restored.hosts import HostPlace, PluginError, Record, at, build, build_zip, executable, install, kritarc, status, uninstall
from restored.hosts import adapters as adapters_module

from .conftest import tree

GIMP_FILES = [
    "restore-with-instruction/restore-with-instruction.py",
    "restore-with-instruction/restore_gimp/window.py",
    "restore-with-instruction/restored_client/installed.json",
    "restore-with-instruction/restored_client/made.json",
    "restore-with-instruction/restored_client/session/talk.py",
    "restore-with-instruction/restored_client/wire/vendor/msgpack/fallback.py",
]
KRITA_FILES = [
    "restore_with_instruction.desktop",
    "restore_with_instruction/__init__.py",
    "restore_with_instruction/restored_client/installed.json",
    "restore_with_instruction/restored_client/made.json",
    "restore_with_instruction/restored_client/session/talk.py",
    "restore_with_instruction/restored_client/wire/vendor/msgpack/fallback.py",
]
KRITA_ACTION = "restore_with_instruction.action"


@pytest.fixture
def krita(tmp_path: Path) -> HostPlace:
    return HostPlace("krita", "native", tmp_path / "data" / "krita" / "pykrita", settings=tmp_path / "kritarc")


@pytest.mark.usefixtures("sources")
def test_gimp_gets_a_program_with_its_client(tmp_path: Path, program: Path) -> None:
    place = at("gimp", tmp_path / "3.0")
    assert status(place).sentence() == "not installed"
    done = install("gimp", place)
    assert (done.installed, done.current, done.enabled) == (True, True, True)
    assert tree(place.folder) == GIMP_FILES
    assert os.access(place.folder / GIMP_FILES[0], os.X_OK)
    said = json.loads((place.folder / GIMP_FILES[2]).read_text())
    assert said["executable"] == str(program)
    assert sorted(os.listdir(tmp_path / "3.0")) == ["plug-ins"]


@pytest.mark.usefixtures("sources")
def test_krita_gets_it_switched_on(krita: HostPlace) -> None:
    assert krita.settings is not None
    krita.settings.write_text("[General]\na=1\n[python]\nenable_other=true\n[theme]\nx=y\n")
    assert install("krita", krita).enabled
    assert tree(krita.folder.parent) == [f"actions/{KRITA_ACTION}", *(f"pykrita/{name}" for name in KRITA_FILES)]
    lines = krita.settings.read_text().splitlines()
    assert lines.index("enable_restore_with_instruction=true") == lines.index("[python]") + 1
    assert "enable_other=true" in lines
    uninstall("krita", krita)
    assert tree(krita.folder.parent) == []
    assert krita.settings.read_text() == "[General]\na=1\n[python]\nenable_other=true\n[theme]\nx=y\n"


@pytest.mark.usefixtures("sources")
def test_installing_again_updates(tmp_path: Path, sources: Path) -> None:
    place = at("gimp", tmp_path / "3.0")
    install("gimp", place)
    old = place.folder / "restore-with-instruction" / "left-over.py"
    old.touch()
    (sources / "gimp/restore_gimp/window.py").write_text("two")
    install("gimp", place)
    assert not old.exists()
    assert (place.folder / GIMP_FILES[1]).read_text() == "two"


@pytest.mark.usefixtures("sources")
def test_uninstalling_leaves_the_neighbours(tmp_path: Path) -> None:
    place = at("gimp", tmp_path / "3.0")
    (place.folder / "other").mkdir(parents=True)
    install("gimp", place)
    assert not uninstall("gimp", place).installed
    assert os.listdir(place.folder) == ["other"]
    uninstall("gimp", place)  # twice is fine


@pytest.mark.usefixtures("sources")
def test_uninstalling_where_nothing_is_makes_nothing(tmp_path: Path) -> None:
    uninstall("gimp", at("gimp", tmp_path / "3.0"))
    assert not (tmp_path / "3.0").exists()


@pytest.mark.parametrize("failing", ["restore_with_instruction", "restore_with_instruction.desktop", KRITA_ACTION, "kritarc"])
@pytest.mark.parametrize("before", [True, False])
def test_a_failure_half_way_changes_nothing(
    krita: HostPlace, sources: Path, monkeypatch: pytest.MonkeyPatch, failing: str, before: bool
) -> None:
    assert krita.settings is not None
    krita.settings.write_text("[python]\n")
    if before:
        install("krita", krita)
    data = krita.folder.parent
    earlier = [(name, (data / name).read_bytes()) for name in tree(data)] if before else []
    settings = krita.settings.read_text()
    (sources / "krita/restore_with_instruction/__init__.py").write_text("newer")
    rename, replace = Path.rename, os.replace

    def full_disk(self: Path, target: Path) -> Path:
        if self.name == failing and self.parent.name == "new":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return rename(self, target)

    def no_replace(source: str, target: Path) -> None:
        if failing == "kritarc" and Path(target).name == "kritarc":
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(Path, "rename", full_disk)
    monkeypatch.setattr(os, "replace", no_replace)
    with pytest.raises(PluginError, match="Krita") as caught:
        install("krita", krita)
    assert str(caught.value).endswith(".")
    now = [(name, (data / name).read_bytes()) for name in tree(data)] if data.exists() else []
    assert now == earlier
    assert krita.settings.read_text() == settings
    assert not list(krita.folder.parent.rglob(".restored-*"))


@pytest.mark.usefixtures("sources")
def test_status_tells_old_damaged_and_orphaned_ones(krita: HostPlace, program: Path) -> None:
    install("krita", krita)
    client = krita.folder / "restore_with_instruction" / "restored_client"
    Record("0.0.1", str(program)).write(client)
    assert "another version" in status(krita).sentence()
    Record("0.0.1", "/nowhere/restored").write(client)
    assert "is gone" in status(krita).sentence()
    (client / "installed.json").write_text("{")
    assert "damaged" in status(krita).sentence()
    assert krita.settings is not None
    install("krita", krita)
    kritarc.forget(krita.settings)
    assert "switch it on" in status(krita).sentence()


@pytest.mark.parametrize("ending", ["\n", ""])
def test_krita_s_other_settings_keep_every_letter(tmp_path: Path, ending: str) -> None:
    """A recent picture's name may hold what Python, but not Krita, takes for the end of a line."""
    settings, name = tmp_path / "kritarc", "a\u2028b\x85c\x0cd\x1ee\udcff.png"
    before = f"[RecentFiles]\nFile1={name}{ending}".encode("utf-8", "surrogateescape")
    settings.write_bytes(before)
    kritarc.enable(settings)
    assert kritarc.enabled(settings)
    assert f"\nFile1={name}\n".encode("utf-8", "surrogateescape") in settings.read_bytes()
    kritarc.forget(settings)
    assert settings.read_bytes().startswith(before.rstrip(b"\n") + b"\n")


@pytest.mark.usefixtures("sources")
def test_the_zip_holds_what_krita_imports(tmp_path: Path) -> None:
    build_zip(tmp_path / "plugin.zip")
    with zipfile.ZipFile(tmp_path / "plugin.zip") as archive:
        names = archive.namelist()
    assert sorted(name for name in names if not name.endswith("/")) == sorted(
        [KRITA_ACTION, *(file for file in KRITA_FILES if not file.endswith("made.json"))]
    )
    assert "restore_with_instruction/" in names, "Krita's importer looks for the folder itself"


@pytest.mark.usefixtures("sources")
def test_folders_on_another_disk_are_no_hindrance(krita: HostPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def other_disk(self: Path, target: Path) -> Path:
        if "actions" in (self.parent.name, target.parent.name):
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", other_disk)
    install("krita", krita)
    assert install("krita", krita).enabled
    assert tree(krita.folder.parent / "actions") == [KRITA_ACTION]
    uninstall("krita", krita)
    assert tree(krita.folder.parent) == []


def test_kritarc_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "kritarc", tmp_path / "kritarc"
    real.parent.mkdir()
    real.write_bytes(b"[General]\nname=caf\xe9\n")
    link.symlink_to(real)
    kritarc.enable(link)
    assert link.is_symlink()
    assert real.read_bytes() == b"[General]\nname=caf\xe9\n\n[python]\nenable_restore_with_instruction=true\n"
    assert kritarc.enabled(link)


def test_only_the_python_section_counts(tmp_path: Path) -> None:
    settings = tmp_path / "kritarc"
    settings.write_text("[python]\n[other]\nenable_restore_with_instruction=true\n")
    assert not kritarc.enabled(settings)
    assert not kritarc.enabled(tmp_path / "none")


def test_the_real_adapters_are_complete(tmp_path: Path, program: Path) -> None:
    """What GIMP and Krita look for by name, from this checkout."""
    build("gimp", tmp_path / "gimp")
    build("krita", tmp_path / "krita")
    assert os.access(tmp_path / "gimp/restore-with-instruction/restore-with-instruction.py", os.X_OK)
    assert "X-KDE-Library=restore_with_instruction" in (tmp_path / "krita/restore_with_instruction.desktop").read_text()
    for client in ("gimp/restore-with-instruction", "krita/restore_with_instruction"):
        assert (tmp_path / client / "restored_client" / "session" / "talk.py").is_file()
        assert (tmp_path / client / "restored_client" / "wire" / "vendor" / "msgpack" / "fallback.py").is_file()


def test_the_executable_is_restored_not_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESTORED_EXECUTABLE", raising=False)
    assert find_spec("restored") is not None
    assert executable().name in ("restored", "restored.exe")
    monkeypatch.setattr(adapters_module.sysconfig, "get_path", lambda _: "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PluginError, match="Install restored again"):
        executable()


@pytest.mark.parametrize("there", [True, False])
def test_folders_that_were_made_go_and_others_stay(tmp_path: Path, there: bool) -> None:
    """Also when it was installed twice, and Krita's settings file did not exist."""

    def tree() -> list[str]:
        return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))

    krita = HostPlace("krita", "native", tmp_path / "share/krita/pykrita", settings=tmp_path / "config/kritarc")
    gimp = HostPlace("gimp", "native", tmp_path / "GIMP/3.0/plug-ins", "3.0")
    (tmp_path / "config").mkdir()
    if there:
        (tmp_path / "share/krita/pykrita").mkdir(parents=True)
        (tmp_path / "GIMP/3.0/plug-ins").mkdir(parents=True)
    before = tree()
    for place in (krita, gimp, krita, gimp):
        install(place.host, place)
    for place in (krita, gimp):
        uninstall(place.host, place)
    assert tree() == before
