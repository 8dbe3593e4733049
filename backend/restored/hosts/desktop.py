"""“Restore with instruction…” in file managers: freedesktop's entries for the user's own folders.

Dolphin reads service menus, Nautilus scripts, and every file manager the application entry behind “Open with”.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restored.ground.errors import FileError
from restored.ground.replacing import atomic
from restored_client.desk.catalogue import SHARED, load

NAME: Final = "Restore with instruction"
TITLE: Final = f"{NAME}…"
_MIME: Final = (
    "image/jpeg;image/png;image/tiff;image/webp;image/heif;image/heic;image/avif;image/jxl;image/jp2;image/bmp;image/x-exr;"
    "image/x-adobe-dng;image/x-canon-cr2;image/x-canon-cr3;image/x-nikon-nef;image/x-sony-arw;image/x-fuji-raf;"
    "image/x-olympus-orf;image/x-panasonic-rw2;image/x-pentax-pef;"
)


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """One file: for whom, where, and whether it says what this installation would write."""

    title: str
    path: Path
    installed: bool
    current: bool

    def sentence(self) -> str:
        if not self.installed:
            return "not installed"
        return "installed" if self.current else "of another version of restored: install it again to update it"

    def to_dict(self) -> dict[str, object]:
        return {"title": self.title, "path": str(self.path), "installed": self.installed, "state": self.sentence()}


def status(executable: Path, home: Path | None = None) -> list[DesktopEntry]:
    """Look, change nothing. home: the user's data folder; None is where freedesktop says."""
    found = []
    for title, inside, write in _ENTRIES:
        path = (home or data_home()) / inside
        with _sentences(path):
            there = path.read_bytes() if path.is_file() else None
        found.append(DesktopEntry(title, path, there is not None, there == os.fsencode(write(executable))))
    return found


def install(executable: Path, home: Path | None = None) -> list[DesktopEntry]:
    """Write the entries, replacing older ones. Raises FileError."""
    if not str(executable).isprintable():  # a line break in a name would begin another entry, and no bytes but UTF-8 are text
        raise FileError("restored lies in a folder with a name that no menu can hold. Move it, and run this again.")
    for _, inside, write in _ENTRIES:
        path = (home or data_home()) / inside
        with _sentences(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path, mode=0o755) as file:  # Plasma and Nautilus run only what is executable
            file.write(write(executable).encode())
    return status(executable, home)


def uninstall(executable: Path, home: Path | None = None, *, own: bool = False) -> list[DesktopEntry]:
    """Remove the entries again. own: only those that start this very file, not another installation's. Raises FileError."""
    for _, inside, _ in _ENTRIES:
        path = (home or data_home()) / inside
        starts = (_quoted(executable), shlex.quote(str(executable)))
        with _sentences(path):
            if not own or (path.is_file() and any(start in path.read_text("utf-8", "replace") for start in starts)):
                path.unlink(missing_ok=True)
    return status(executable, home)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"“{path}” cannot be changed: {error.strerror or error}.") from error


def data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _application(executable: Path) -> str:
    return f"""[Desktop Entry]
Type=Application
{_names()}
Comment=Say what is wrong with a photograph, and save a restored copy beside it
Exec={_quoted(executable)} edit --no-terminal %f
Icon=image-x-generic
Terminal=false
NoDisplay=true
Categories=Graphics;Photography;
MimeType={_MIME}
"""


def _service_menu(executable: Path) -> str:
    return f"""[Desktop Entry]
Type=Service
MimeType={_MIME}
Actions=restore
X-KDE-ServiceTypes=KonqPopupMenu/Plugin
X-KDE-RequiredNumberOfUrls=1

[Desktop Action restore]
{_names("…")}
Icon=image-x-generic
Exec={_quoted(executable)} edit --no-terminal %f
"""


def _names(ending: str = "") -> str:
    """Our name, in each language that the windows speak."""
    names = [("Name", NAME)]
    names += [(f"Name[{file.stem}]", load([SHARED], [file.stem]).gettext(NAME)) for file in sorted(SHARED.glob("*.po"))]
    return "\n".join(f"{key}={name}{ending}" for key, name in names)


def _script(executable: Path) -> str:
    return f"""#!/bin/sh
# Nautilus gives the chosen files one a line
printf '%s' "$NAUTILUS_SCRIPT_SELECTED_FILE_PATHS" | {{
    while IFS= read -r file || [ -n "$file" ]; do
        [ -n "$file" ] && {shlex.quote(str(executable))} edit --no-terminal "$file" </dev/null &
    done
    wait
}}
"""


def _quoted(executable: Path) -> str:
    """As the Desktop Entry Specification wants an argument of Exec."""
    text = str(executable)
    for letter in ("\\", '"', "`", "$"):
        text = text.replace(letter, "\\" + letter)
    return f'"{text}"'.replace("\\", "\\\\").replace("%", "%%")


_ENTRIES: Final[tuple[tuple[str, str, Callable[[Path], str]], ...]] = (
    ("Open with (all file managers)", "applications/restored-edit.desktop", _application),
    ("Dolphin", "kio/servicemenus/restored-edit.desktop", _service_menu),
    ("Nautilus", f"nautilus/scripts/{TITLE}", _script),
)
