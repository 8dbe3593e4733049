"""Which files of a folder are pictures, and why the others are not."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from restored.ground.errors import FileError
from restored.ground.planted import strangers_link
from restored.ground.text import visible
from restored.io import READABLE, SUFFIXES

MOST_NAMED: Final = 3
_OURS: Final = (".restored-",)
_LATER: Final = {
    **dict.fromkeys((".heic", ".heif", ".hif", ".avif"), ".jpg"),
    **dict.fromkeys((".bmp", ".dib"), ".png"),
}
"""What a format that is only read becomes, unless one is asked for; all others become .tif, which loses nothing."""


@dataclass(slots=True)
class Walked:
    """What a walk saw beside the pictures."""

    unread: Counter[str] = field(default_factory=Counter)
    """Files by ending."""
    notes_of_macos: int = 0
    folders: int = 0
    """Folders inside, where they were not asked for."""
    no_paths: list[str] = field(default_factory=list)
    """Some of the names in an object store that no file or folder can have."""
    no_path: int = 0
    """How many of them there are."""
    shut: list[str] = field(default_factory=list)
    """Folders and files that could not be looked at."""
    links: list[str] = field(default_factory=list)
    """Links that another user of this computer put there."""

    def leave_out_no_path(self, name: str) -> None:
        self.no_path += 1
        self.no_paths += [name] if self.no_path <= MOST_NAMED else []

    def sentences(self) -> list[str]:
        said = []
        if self.unread:
            kinds = ", ".join(f"{count} {ending or 'without an ending'}" for ending, count in self.unread.most_common(8))
            what = "One other file was" if self.unread.total() == 1 else f"{self.unread.total()} other files were"
            said.append(f"{what} left alone: {kinds}.")
        if self.notes_of_macos:
            what = "One file" if self.notes_of_macos == 1 else f"{self.notes_of_macos} files"
            said.append(f"{what} beginning with “._” left alone: macOS's notes about others.")
        if self.no_path:
            what = "One name is no path" if self.no_path == 1 else f"{self.no_path} names are no paths"
            shown = ", ".join(f"“{visible(name)}”" for name in self.no_paths)
            said.append(f"{what}, and what has them was left alone: {shown}{', …' if self.no_path > MOST_NAMED else ''}.")
        if self.shut:
            what = "One place" if len(self.shut) == 1 else f"{len(self.shut)} places"
            said.append(f"{what} could not be looked at, and what is there was left alone: {_some(self.shut)}.")
        if self.links:
            what = "One link was" if len(self.links) == 1 else f"{len(self.links)} links were"
            said.append(f"{what} made by another user of this computer, and left alone: {_some(self.links)}.")
        if self.folders:
            what = "One folder inside was" if self.folders == 1 else f"{self.folders} folders inside were"
            said.append(f"{what} left out. --recursive takes them too.")
        return said


def _some(names: list[str]) -> str:
    shown = ", ".join(f"“{visible(name)}”" for name in names[:MOST_NAMED])
    return shown + (", …" if len(names) > MOST_NAMED else "")


def pictures(folder: Path, walked: Walked, *, recursive: bool, leave_out: Path | None = None) -> Iterator[Path]:
    """Paths, in the order of their names, of files whose ending is a picture's; `leave_out` is a folder not to enter.

    Links to folders are not followed. Holds one folder's names at a time. Raises FileError when `folder` itself cannot be looked
    into; what is so inside is `walked.shut`.
    """
    waiting = [folder]
    while waiting:
        inside: list[Path] = []
        at = waiting.pop()
        try:
            with os.scandir(at) as entries:
                found = sorted(entries, key=lambda one: one.name)
        except OSError as error:
            if at == folder:
                raise FileError(f"The folder “{folder}” cannot be looked into: {error.strerror or error}.") from error
            walked.shut.append(str(at.relative_to(folder)))
            continue
        for entry in found:
            try:
                kind = _kind(entry, leave_out)
            except OSError:  # a link in a circle, a disk that went away
                walked.shut.append(str(Path(entry.path).relative_to(folder)))
                continue
            if kind == "folder":
                if recursive:
                    inside.append(Path(entry.path))
                else:
                    walked.folders += 1
            elif kind == "note":
                walked.notes_of_macos += 1
            elif kind == "link":
                walked.links.append(str(Path(entry.path).relative_to(folder)))
            elif kind == "picture":
                yield Path(entry.path)
            elif kind == "other":
                walked.unread[Path(entry.name).suffix.lower()] += 1
        waiting += reversed(inside)


def _kind(entry: "os.DirEntry[str]", leave_out: Path | None) -> str:
    """What an entry of a folder is: "folder", "note" of macOS, "picture", "other", another user's "link", or nothing that counts.
    Raises OSError."""
    path = Path(entry.path)
    if entry.name.startswith(_OURS):
        return ""
    if entry.is_dir(follow_symlinks=False):
        return "" if leave_out is not None and leave_out.exists() and path.samefile(leave_out) else "folder"
    if entry.name.startswith("._"):
        return "note"
    if path.suffix.lower() not in READABLE:
        return "other"
    if entry.is_symlink() and strangers_link(path):
        return "link"
    return "picture" if entry.is_file() else ""


class Names:
    """The results' names: the original's, with a suffix and the ending of its format; no two alike.

    Asked in the walk's order, it gives the same names each time; and the same name again for a picture that comes again.
    """

    def __init__(self, folder: Path, output: Path, *, ending: str | None = None, suffix: str = "") -> None:
        self._folder, self._output, self.ending, self.suffix = folder, output, ending, suffix
        self._parent: Path | None = None
        self._taken: dict[str, Path] = {}

    def target(self, source: Path) -> Path:
        inside = source.relative_to(self._folder)
        if inside.parent != self._parent:
            self._parent, self._taken = inside.parent, {}
        old = source.suffix
        ending = self.ending or (old if old.lower() in SUFFIXES else _LATER.get(old.lower(), ".tif"))
        name, stem = f"{source.stem}{self.suffix}{ending}", source.name
        while self._taken.get(name.casefold(), source) != source:  # a.jpg and a.png, both asked for as PNG
            name, stem = f"{stem}{self.suffix}{ending}", f"{stem}{ending}"
        self._taken[name.casefold()] = source
        return self._output / inside.parent / name
