"""What the user typed before, presets, and the last restoration, shared by all hosts. JSON in the user's configuration folder,
replaced atomically."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any, Dict, Final, Iterable, List, Mapping, Optional, Sequence

from ..locking import alone, make_private
from ..session.paths import config_dir
from ..wire.parsing import parse_json
from ..wire.pixels import Pixels
from .thumbnail import png
from .wish import OUTPUTS, Wish, one_line, remembered

MAX_HISTORY: Final = 200
MAX_LENGTH: Final = 4000
"""Characters of one remembered instruction; longer ones are not remembered."""
MAX_PRESETS: Final = 1000
MAX_NAME: Final = 100
MAX_PRESET: Final = 1 << 16
"""Bytes of one preset that is taken in: those that windows keep have at most a quarter of it."""
MOST: Final = 16 << 20
"""Bytes of a file that is read here: two hundred instructions of the greatest length, and plans to them, are a tenth."""


class History:
    """Instructions, most recent first, each once, with a small picture of its last result where there is one. A broken or
    unwritable file loses the history, never a restoration."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._path = path or config_dir() / "history.json"
        self._pictures = self._path.with_name("history-pictures")

    def list(self, search: str = "") -> List[str]:
        """All instructions that contain `search`, in any case."""
        found = read_map(self._path).get("history")
        words = search.casefold()
        return [text for text in (found if isinstance(found, list) else ()) if isinstance(text, str) and words in text.casefold()]

    def picture(self, instruction: str) -> Optional[Path]:
        """A PNG file with the instruction's last result, small; None when none was kept."""
        path = self._picture(instruction)
        return path if path.is_file() else None

    def add(self, instruction: str, picture: Optional[Pixels] = None) -> None:
        """Remember an instruction that was carried out, and a `thumbnail` of what it made."""
        text = instruction.strip()
        if text and len(text) <= MAX_LENGTH:
            with contextlib.suppress(OSError), alone(self._path.parent):
                others = [known for known in self.list() if known != text]
                write_map(self._path, {"history": [text, *others][:MAX_HISTORY]})
                self._forget_pictures([*others[MAX_HISTORY - 1 :], text])
                if picture is not None:
                    _replace(self._picture(text), png(picture))

    def remove(self, instruction: str) -> None:
        """Forget one instruction. Raises OSError."""
        self._forget_pictures([instruction])
        with alone(self._path.parent):
            write_map(self._path, {"history": [known for known in self.list() if known != instruction]})

    def clear(self) -> None:
        """Forget everything. Raises OSError."""
        self._forget_pictures(self.list())
        write_map(self._path, {"history": []})

    def _picture(self, instruction: str) -> Path:
        """Where the picture of an instruction is kept: by a checksum, as instructions are no file names."""
        return self._pictures / (hashlib.sha256(instruction.strip().encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".png")

    def _forget_pictures(self, instructions: Iterable[str]) -> None:
        for each in instructions:
            with contextlib.suppress(FileNotFoundError):
                self._picture(each).unlink()


class Presets:
    """Named settings: each a map with `instruction` and, when wanted, `plan`, `strength`, `model`."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._path = path or config_dir() / "presets.json"

    def all(self) -> Dict[str, Dict[str, Any]]:
        """Presets by name, in the order they were made."""
        found = read_map(self._path).get("presets", {})
        return {name: preset for name, preset in found.items() if isinstance(preset, dict)} if isinstance(found, dict) else {}

    def save(self, name: str, preset: Mapping[str, Any]) -> None:
        """Keep a preset under a name, in place of an earlier one of that name. Raises ValueError for an empty name."""
        if not name.strip():
            raise ValueError("A preset needs a name.")
        with alone(self._path.parent):
            write_map(self._path, {"presets": {**self.all(), name.strip(): dict(preset)}})

    def rename(self, name: str, new: str) -> None:
        """Give a preset another name, in its place. Raises ValueError for an empty or taken name, KeyError for an unknown one."""
        new = new.strip()
        if not new:
            raise ValueError("A preset needs a name.")
        with alone(self._path.parent):
            presets = self.all()
            if new != name and new in presets:
                raise ValueError("There is a preset of that name already.")
            presets[name]  # KeyError
            write_map(self._path, {"presets": {new if known == name else known: preset for known, preset in presets.items()}})

    def give_out(self, path: Path) -> int:
        """Write all presets into a file of the user's; how many. Raises OSError."""
        presets = self.all()
        write_map(path, {"restore_with_instruction_presets": 1, "presets": presets})
        return len(presets)

    def take_in(self, path: Path) -> int:
        """Add the presets of such a file, which may be anybody's; how many. One of a known name that says something else gets
        another name: nobody's own is replaced. Raises ValueError for any other file."""
        found = read_map(path)
        presets = found.get("presets")
        if not isinstance(presets, dict) or "restore_with_instruction_presets" not in found:
            raise ValueError("This file holds no presets.")
        with alone(self._path.parent):
            known, count = self.all(), 0
            room = MOST - len(_text(known)) - 100
            for said, preset in presets.items():
                name, fresh = " ".join(one_line(said).split())[:MAX_NAME], _sound(preset)
                size = len(_text(fresh)) + 4 * MAX_NAME + 20
                # a file larger than what is read again would take one's own presets along
                if name and fresh and size <= min(room, MAX_PRESET) and len(known) < MAX_PRESETS:
                    known[_free(name, fresh, known)] = fresh
                    count, room = count + 1, room - size
            write_map(self._path, {"presets": known})
        return count

    def remove(self, name: str) -> None:
        """Forget a preset; an unknown name is fine."""
        with alone(self._path.parent):
            write_map(self._path, {"presets": {known: preset for known, preset in self.all().items() if known != name}})


class Usual:
    """The settings that a person saved to begin with, as of a window: plain values by name."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._path = path or config_dir() / "usual.json"

    def get(self) -> Optional[Dict[str, Any]]:
        """What was saved, or None."""
        return read_map(self._path) or None

    def keep(self, settings: Mapping[str, Any]) -> None:
        """Save them in place of former ones; a full disk must not keep anyone from restoring."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            write_map(self._path, settings)


class LastWish:
    """The last restoration that was carried out in any host, so that it can be repeated on another picture."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._path = path or config_dir() / "last.json"

    def get(self, outputs: Sequence[str] = OUTPUTS) -> Optional[Wish]:
        """The wish, or None when there was none yet."""
        return remembered(read_map(self._path), outputs)

    def keep(self, wish: Wish) -> None:
        """Remember it; a full disk or a read-only home must not keep anyone from restoring."""
        if len(wish.instruction) <= MAX_LENGTH:
            with contextlib.suppress(OSError, ValueError, TypeError):
                write_map(self._path, wish.recall())


def _sound(preset: object) -> Dict[str, Any]:
    """What of a preset can be used; nothing for one that asks for nothing."""
    wish = remembered(preset) if isinstance(preset, dict) else None
    usable = {} if wish is None or not one_line(wish.instruction).strip() or len(wish.instruction) > MAX_LENGTH else wish.recall()
    return {
        name: value for name, value in usable.items() if isinstance(preset, dict) and name in preset and preset[name] == value
    }


def _free(name: str, preset: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """The name, with a number behind it where it is another preset's."""
    number, free = 1, name
    while free in known and known[free] != preset:
        number += 1
        free = f"{name} ({number})"
    return free


def read_map(path: Path) -> Dict[str, Any]:
    """A file's content; empty for what cannot be read or understood."""
    return _understood(path) or {}


def _understood(path: Path) -> Optional[Dict[str, Any]]:
    """A file's content; None for what cannot be read, is no ordinary file (a pipe would be waited for), or has no end."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            ordinary = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            text = file.read(MOST + 1) if ordinary else b""
        data = parse_json(text) if len(text) <= MOST else None
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def write_map(path: Path, data: Mapping[str, Any]) -> None:
    """Replace the file's content. One that is there and cannot be understood is kept beside it under another name: it may be all
    that somebody has made. Raises OSError."""
    text = _text(data)
    if len(text) > MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size and _understood(path) is None:
            _keep_aside(path)
    _replace(path, text)


def _text(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")  # indented it is slow, and much larger than it was


def _keep_aside(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.damaged-{number}")):
        number += 1
    os.rename(path, aside)


def _replace(path: Path, data: bytes) -> None:
    """Replace the file in one step, readable by the user only: instructions and pictures are private. A link stays one: some keep
    their settings elsewhere."""
    path = Path(os.path.realpath(path))
    make_private(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=path.name, dir=str(path.parent))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
