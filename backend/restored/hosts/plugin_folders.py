"""Where each system's GIMP 3 and Krita look for plug-ins: native, flatpak, snap, Windows, macOS."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from restored_client.session.launch import own_environment

Host = Literal["gimp", "krita"]

_GIMP_3: Final = re.compile(r"3\.\d+")
_ASKING: Final = 10.0
"""Seconds that a program gets to say its version."""

FLATPAK_NOTE: Final = (
    "It runs in a sandbox, which shows it your home folder unless you closed that. If the daemon stays out of its reach: "
    "flatpak override --user --filesystem=~/.cache/restored {app}"
)
SNAP_NOTE: Final = "Snap shows its programs only a part of your system: if the daemon stays out of reach, use another package."


@dataclass(frozen=True, slots=True)
class HostPlace:
    """One installation of a host, as far as plug-ins are concerned.

    folder: where plug-ins lie (`plug-ins` or `pykrita`); it need not exist yet.
    settings: Krita's kritarc, which names the plug-ins that are on; None where there is none to edit.
    note: what a person has to do for this package of the host, or "".
    """

    host: Host
    package: str
    folder: Path
    version: str = ""
    settings: Path | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """What a person calls it: `GIMP 3.0 (flatpak)`."""
        name = {"gimp": "GIMP", "krita": "Krita"}[self.host]
        return f"{name} {self.version}".strip() + f" ({self.package})"


@dataclass(frozen=True, slots=True)
class System:
    """What decides where programs keep their files; made by hand in tests."""

    platform: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> "System":
        return cls(sys.platform, Path.home(), os.environ)

    def folder(self, variable: str, *default: str) -> Path:
        """The folder that a variable names, else the one at that place in the home folder."""
        value = self.environment.get(variable)
        return Path(value) if value else self.home.joinpath(*default)


def find(host: Host, system: System | None = None) -> list[HostPlace]:
    """Every installation of `host` that shows itself: by the settings it left, or by its program."""
    system = system or System.here()
    return list((_gimp if host == "gimp" else _krita)(system))


def at(host: Host, folder: Path) -> HostPlace:
    """The profile folder a person named: GIMP's own (it has or gets `plug-ins`), or Krita's (it has or gets `pykrita`)."""
    if host == "gimp":
        found = _GIMP_3.fullmatch(folder.name)
        return HostPlace(host, "the named folder", folder / "plug-ins", found.group() if found else "")
    return HostPlace(host, "the named folder", folder / "pykrita")


def _gimp(system: System) -> Iterator[HostPlace]:
    own = system.environment.get("GIMP3_DIRECTORY")
    if own:  # GIMP itself obeys this variable before all else
        yield HostPlace("gimp", "GIMP3_DIRECTORY", Path(own) / "plug-ins")
        return
    for package, root, note in _gimp_roots(system):
        versions = {entry.name for entry in root.iterdir() if _GIMP_3.fullmatch(entry.name)} if root.is_dir() else set()
        if package == "native":
            versions |= _version_of_program(system, "gimp", "gimp-3.0", "gimp-3.2", "gimp-3")
        for version in sorted(versions, key=lambda text: int(text.partition(".")[2])):
            yield HostPlace("gimp", package, root / version / "plug-ins", version, note=note)


def _gimp_roots(system: System) -> Iterator[tuple[str, Path, str]]:
    if system.platform == "win32":
        yield "native", system.folder("APPDATA", "AppData", "Roaming") / "GIMP", ""
    elif system.platform == "darwin":
        yield "native", system.home / "Library" / "Application Support" / "GIMP", ""
    else:
        # GIMP's flatpak is given ~/.config/GIMP of the system, so that one folder serves both
        app = "org.gimp.GIMP"
        shared = FLATPAK_NOTE.format(app=app) if (system.home / ".var" / "app" / app).is_dir() else ""
        yield "native", system.folder("XDG_CONFIG_HOME", ".config") / "GIMP", shared
        yield "flatpak", system.home / ".var" / "app" / app / "config" / "GIMP", FLATPAK_NOTE.format(app=app)
        yield "snap", system.home / "snap" / "gimp" / "current" / ".config" / "GIMP", SNAP_NOTE


def _krita(system: System) -> Iterator[HostPlace]:
    for package, data, settings, note in _krita_roots(system):
        program = package.startswith("native") and shutil.which("krita", path=system.environment.get("PATH", ""))
        if data.is_dir() or settings.is_file() or program:
            yield HostPlace("krita", package, data / "pykrita", settings=settings, note=note)


def _krita_roots(system: System) -> Iterator[tuple[str, Path, Path, str]]:
    if system.platform == "win32":
        local = system.folder("LOCALAPPDATA", "AppData", "Local")
        yield "native", system.folder("APPDATA", "AppData", "Roaming") / "krita", local / "kritarc", ""
        for store in sorted((local / "Packages").glob("*Krita_*/LocalCache")):
            yield "Microsoft Store", store / "Roaming" / "krita", store / "Local" / "kritarc", ""
    elif system.platform == "darwin":
        library = system.home / "Library"
        yield "native", library / "Application Support" / "krita", library / "Preferences" / "kritarc", ""
    else:
        data, config = system.folder("XDG_DATA_HOME", ".local", "share"), system.folder("XDG_CONFIG_HOME", ".config")
        yield "native or AppImage", data / "krita", config / "kritarc", ""
        box = system.home / ".var" / "app" / "org.kde.krita"
        yield "flatpak", box / "data" / "krita", box / "config" / "kritarc", FLATPAK_NOTE.format(app="org.kde.krita")
        snap = system.home / "snap" / "krita" / "current"
        yield "snap", snap / ".local" / "share" / "krita", snap / ".config" / "kritarc", SNAP_NOTE


def _version_of_program(system: System, *names: str) -> set[str]:
    """`{"3.0"}` for the GIMP on the path, so that one may install before its first start. GIMP 2 does not count."""
    path = next((found for name in names if (found := shutil.which(name, path=system.environment.get("PATH", "")))), None)
    if path is None:
        return set()
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_ASKING, check=False, env=own_environment(os.environ)
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return set()
    return set(re.findall(r"\b(3\.\d+)\.\d+", said))
