"""Proves windows/restored.nsi under wine: `make installer-check` does it where makensis and wine are.

A small program stands in place of the real one, which no other system than Windows can build; what is proven is the installer's
own part: what it puts where, whom it calls, what it refuses, and that nothing is left.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import packages
from judging import Checks

INSTALLED: Final = "AppData/Local/Programs/restored"
PLUGIN: Final = "AppData/Roaming/GIMP/3.0/plug-ins/ours"

PROGRAM: Final = r"""
Unicode true
Target amd64-unicode
SilentInstall silent
RequestExecutionLevel user
!include FileFunc.nsh
!include LogicLib.nsh
OutFile "${OUTPUT}"
Section
  ${GetParameters} $1
  FileOpen $0 "C:\said.txt" a
  FileSeek $0 0 END
  FileWrite $0 "$1$\n"
  FileClose $0
  ${If} $1 == "plugins install"
    CreateDirectory "$APPDATA\GIMP\3.0\plug-ins\ours"
  ${ElseIf} $1 == "plugins uninstall"
    RMDir "$APPDATA\GIMP\3.0\plug-ins\ours"
  ${EndIf}
SectionEnd
"""
"""Notes what it is asked, and makes and removes a folder for `plugins`."""


def possible() -> bool:
    """Whether this machine has what it takes."""
    return bool(shutil.which("makensis") and shutil.which("wine"))


class Windows:
    """A Windows of wine's, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._prefix = folder / "prefix"
        self._environment = {
            **os.environ,
            "WINEPREFIX": str(self._prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        self._environment.pop("DISPLAY", None)
        self.run("wineboot", "-i")
        self.run("reg", "add", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall")  # a real one has it
        (self.home / "AppData/Roaming/GIMP/3.0/plug-ins").mkdir(parents=True)

    @property
    def drive(self) -> Path:
        return self._prefix / "drive_c"

    @property
    def home(self) -> Path:
        return next(path for path in (self.drive / "users").iterdir() if path.name != "Public")

    def run(self, *command: str | Path) -> int:
        """Run a program to its end, and everything it started; returns its exit code."""
        done = subprocess.run(["wine", *map(str, command)], env=self._environment, capture_output=True, check=False)
        subprocess.run(["wineserver", "-w"], env=self._environment, check=False)
        return done.returncode

    def state(self) -> tuple[set[str], set[str]]:
        """Every path of the user's, and every key and value of theirs in the registry."""
        paths = {path.relative_to(self.home).as_posix() for path in self.home.rglob("*")}
        paths = {
            path for path in paths if not path.startswith("Temp/~nsu")
        }  # an uninstaller's own copy, which Windows takes away
        lines = (self._prefix / "user.reg").read_text("utf-8", "replace").splitlines()
        return paths, {re.sub(r"\] \d+$", "]", line) for line in lines if not line.startswith(("#time", ";;", "WINE REGISTRY"))}

    def registered(self, name: str) -> str:
        """A value of the installed program's entry; empty when there is none."""
        text = (self._prefix / "user.reg").read_text("utf-8", "replace")
        found = re.search(r"CurrentVersion\\\\Uninstall\\\\restored\].*?\n\"" + name + r"\"=\"(.*?)\"", text, re.DOTALL)
        return found[1] if found else ""

    def copied(self, file: Path) -> str:
        """A file put on the drive; returns its name there."""
        shutil.copy2(file, self.drive / file.name)
        return f"C:\\{file.name}"

    def said(self) -> list[str]:
        """What the small program was asked since the last time."""
        path = self.drive / "said.txt"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found


def setup(folder: Path, version: str) -> Path:
    """The installer of a version, by the real script."""
    program = folder / version
    (program / "_internal/restored").mkdir(parents=True)
    (program / "_internal/restored/version.txt").write_text(version)
    (program / "manifest.json").write_text("{}")
    (program / "LICENSE").write_text("A licence\r\n")
    script = folder / "program.nsi"
    script.write_text(PROGRAM)
    subprocess.run(["makensis", "-V1", f"-DOUTPUT={program / 'restored.exe'}", script], check=True)
    return packages.nsis(program, folder, version)


def windows(check: Checks) -> None:
    """Install, upgrade, refuse, remove."""
    with tempfile.TemporaryDirectory(prefix="restored-wine-") as name:
        folder = Path(name)
        old, new = setup(folder, "1.9.0"), setup(folder, "1.10.0")
        system = Windows(folder)
        before = system.state()
        check("Windows: installed silently", system.run(old, "/S") == 0 and system.registered("DisplayVersion") == "1.9.0")
        asked = system.said()
        check("Windows: the plug-ins are put in", asked == ["plugins install"] and (system.home / PLUGIN).is_dir(), f"{asked}")
        system.run(new, "/S")
        place, asked = system.home / INSTALLED, system.said()
        text = (place / "_internal/restored/version.txt").read_text()
        check(
            "Windows: upgraded, the daemon ended first",
            text == "1.10.0" and asked == ["daemon stop", "plugins install"],
            f"{asked}",
        )
        check("Windows: the version before stays", (place / ".before/_internal/restored/version.txt").read_text() == "1.9.0")
        code = system.run(old, "/S")
        check("Windows: an older version is refused", code == 3 and system.registered("DisplayVersion") == "1.10.0", f"{code}")
        check(
            "Windows: unless it is asked for",
            system.run(old, "/S", "/DOWNGRADE") == 0 and system.registered("DisplayVersion") == "1.9.0",
        )
        at_work(check, system, new, place)
        (system.home / "AppData/Roaming/restored").mkdir()
        system.said()
        system.run(place / "uninstall.exe", "/S", "/ALL")
        asked = system.said()
        check("Windows: removed, the plug-ins too", asked == ["daemon stop", "plugins uninstall"], f"{asked}")
        left = [sorted(now ^ then) for now, then in zip(system.state(), before, strict=True)]
        check("Windows: files and registry as before", not any(left), f"{left}"[:300] if any(left) else "")
        elsewhere(check, system, new, before)


def at_work(check: Checks, system: Windows, setup: Path, place: Path) -> None:
    """Where the folder cannot be renamed, as with a program at work: wine renames any, so a file stands in the way."""
    (place / ".free").touch()
    code, had = system.run(setup, "/S"), system.registered("DisplayVersion")
    text = (place / "_internal/restored/version.txt").read_text()
    check("Windows: no upgrade of a program at work", (code, text, had) == (4, "1.9.0", "1.9.0"), f"{code}, {text}")
    system.run(place / "uninstall.exe", "/S")
    whole = (place / "_internal").is_dir() and (system.home / PLUGIN).is_dir() and system.registered("DisplayVersion") == "1.9.0"
    check("Windows: nor is it removed", whole)
    (place / ".free").unlink()


def elsewhere(check: Checks, system: Windows, setup: Path, before: tuple[set[str], set[str]]) -> None:
    """As `restored update` starts it, into a folder with spaces; a stranger's file in that folder stays."""
    from restored.standalone.update import _setup

    place = system.home / "Ann's own programs/restored"
    place.mkdir(parents=True)
    (place / "theirs.txt").touch()
    windows = str(place.relative_to(system.drive)).replace("/", "\\")
    line = _setup(Path(system.copied(setup)), Path(f"C:\\{windows}"), downgrade=False)
    (system.drive / "go.bat").write_text(f"{line}\r\n", newline="")
    system.run("cmd", "/c", r"C:\go.bat")
    check(
        "Windows: an update into a folder with spaces",
        (place / "restored.exe").is_file() and system.registered("DisplayVersion") == "1.10.0",
    )
    system.run(place / "uninstall.exe", "/S", "/ALL")
    check("Windows: a file that is not ours stays", [path.name for path in place.iterdir()] == ["theirs.txt"])
    shutil.rmtree(place.parent)
    left = [sorted(now ^ then) for now, then in zip(system.state(), before, strict=True)]
    check("Windows: nothing is left of that either", not any(left), f"{left}"[:300] if any(left) else "")
