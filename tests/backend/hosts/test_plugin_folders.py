"""Where plug-ins go on each system."""

import os
from pathlib import Path

import pytest

from restored.hosts import System, at, find


def made(home: Path, *names: str) -> None:
    for name in names:
        (home / name).mkdir(parents=True)


def folders(host, system: System) -> dict[str, str]:
    return {place.title: str(place.folder.relative_to(system.home)) for place in find(host, system)}


def test_nothing_is_found_where_nothing_is(linux: System) -> None:
    assert find("gimp", linux) == []
    assert find("krita", linux) == []


def test_every_gimp_3_of_linux(linux: System) -> None:
    flatpak, snap = ".var/app/org.gimp.GIMP/config/GIMP/3.0", "snap/gimp/current/.config/GIMP/3.0"
    made(linux.home, ".config/GIMP/2.10", ".config/GIMP/3.2", ".config/GIMP/3.0", flatpak, snap)
    assert folders("gimp", linux) == {
        "GIMP 3.0 (native)": ".config/GIMP/3.0/plug-ins",
        "GIMP 3.2 (native)": ".config/GIMP/3.2/plug-ins",
        "GIMP 3.0 (flatpak)": flatpak + "/plug-ins",
        "GIMP 3.0 (snap)": snap + "/plug-ins",
    }
    notes = {place.title: place.note for place in find("gimp", linux)}
    assert "flatpak override" in notes["GIMP 3.0 (flatpak)"]


def test_gimp_that_was_never_started_is_found_by_its_program(home: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "gimp"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "GNU Image Manipulation Program version 3.0.4"\n')
    program.chmod(0o755)
    system = System("linux", home, {"PATH": f"{program.parent}{os.pathsep}/bin"})
    assert folders("gimp", system) == {"GIMP 3.0 (native)": ".config/GIMP/3.0/plug-ins"}
    program.write_text('#!/bin/sh\necho "GNU Image Manipulation Program version 2.10.34"\n')
    assert find("gimp", system) == []


def test_gimps_own_variable_wins(home: Path) -> None:
    made(home, ".config/GIMP/3.0")
    (place,) = find("gimp", System("linux", home, {"GIMP3_DIRECTORY": str(home / "profile")}))
    assert place.folder == home / "profile" / "plug-ins"


@pytest.mark.parametrize(
    ("platform", "gimp", "krita", "kritarc"),
    [
        ("win32", "AppData/Roaming/GIMP/3.0", "AppData/Roaming/krita", "AppData/Local/kritarc"),
        ("darwin", "Library/Application Support/GIMP/3.0", "Library/Application Support/krita", "Library/Preferences/kritarc"),
        ("linux", ".config/GIMP/3.0", ".local/share/krita", ".config/kritarc"),
    ],
)
def test_native_folders_of_each_system(home: Path, platform: str, gimp: str, krita: str, kritarc: str) -> None:
    made(home, gimp, krita)
    system = System(platform, home, {})
    (place,) = find("gimp", system)
    assert place.folder == home / gimp / "plug-ins"
    (place,) = find("krita", system)
    assert place.folder == home / krita / "pykrita"
    assert place.settings == home / kritarc


def test_kritas_packages(linux: System) -> None:
    made(linux.home, ".var/app/org.kde.krita/data/krita", "snap/krita/current/.local/share/krita")
    (linux.home / ".config").mkdir()
    (linux.home / ".config/kritarc").touch()
    assert [place.package for place in find("krita", linux)] == ["native or AppImage", "flatpak", "snap"]


def test_the_store_edition_of_krita(home: Path) -> None:
    cache = "AppData/Local/Packages/49800Krita_abc/LocalCache"
    made(home, cache + "/Roaming/krita")
    (place,) = find("krita", System("win32", home, {}))
    assert place.settings == home / cache / "Local" / "kritarc"


def test_variables_that_move_folders_are_obeyed(home: Path, tmp_path: Path) -> None:
    made(tmp_path, "c/GIMP/3.0", "d/krita")
    system = System("linux", home, {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")})
    assert [place.folder for place in find("gimp", system)] == [tmp_path / "c/GIMP/3.0/plug-ins"]
    (krita,) = find("krita", system)
    assert (krita.folder, krita.settings) == (tmp_path / "d/krita/pykrita", tmp_path / "c/kritarc")


def test_a_named_folder() -> None:
    assert at("gimp", Path("/p/3.2")).folder == Path("/p/3.2/plug-ins")
    assert at("krita", Path("/p/krita")).folder == Path("/p/krita/pykrita")
