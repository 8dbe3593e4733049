"""Put plug-ins in, take them out, say what is where. Each place changes completely or not at all."""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restored.ground.bounded import read_json
from restored.ground.errors import FileError

from . import kritarc
from .adapters import PluginError, Record, build, client_in, destinations
from .plugin_folders import Host, HostPlace

MADE: Final = "made.json"
"""In the installed client: the folders that had to be made for it, which go with it when nothing else is in them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What is at one place. `record` is None when nothing is installed there (or nothing that can be read)."""

    place: HostPlace
    installed: bool
    record: Record | None
    enabled: bool
    current: bool

    def sentence(self) -> str:
        """What a person wants to know about this place."""
        if not self.installed:
            return "not installed"
        if self.record is None:
            return "damaged: install it again"
        state = f"version {self.record.version}"
        if not Path(self.record.executable).is_file():
            return f"{state}, but the program it starts is gone: install it again"
        if not self.current:
            state += ", from another version of restored: install it again to update it"
        if not self.enabled:
            state += "; switch it on in Settings > Configure Krita > Python Plugin Manager"
        return state

    def to_dict(self) -> dict[str, object]:
        """For `--json` and the doctor."""
        return {
            "host": self.place.host,
            "title": self.place.title,
            "package": self.place.package,
            "folder": str(self.place.folder),
            "installed": self.installed,
            "version": self.record.version if self.record else None,
            "executable": self.record.executable if self.record else None,
            "current": self.current,
            "enabled": self.enabled,
            "state": self.sentence(),
            "note": self.place.note,
        }


def status(place: HostPlace) -> Placement:
    """Look, change nothing."""
    installed = any(path.exists() for path in destinations(place).values())
    record = Record.read(client_in(place.host, place.folder)) if installed else None
    on = installed and (place.host == "gimp" or (place.settings is not None and kritarc.enabled(place.settings)))
    return Placement(place, installed, record, on, record is not None and record == Record.now())


def install(host: Host, place: HostPlace) -> Placement:
    """Put the plug-in at `place`, replacing an older one. Raises PluginError; then the older one is still there."""
    with _sentences(place), _staging(place) as (staging, made):
        build(host, staging / "new")
        _remember(client_in(host, staging / "new"), [*_made_for(place), *made])
        with _exchange(place, staging) as exchange:
            for name in destinations(place):
                exchange.replace(name)
            if place.settings is not None:
                kritarc.enable(place.settings)
    return status(place)


def uninstall(host: Host, place: HostPlace) -> Placement:
    """Take the plug-in away from `place`; nothing else is touched. Raises PluginError; then it is still there."""
    if status(place).installed:
        made = _made_for(place)
        with _sentences(place), _staging(place) as (staging, _), _exchange(place, staging) as exchange:
            for name in destinations(place):
                exchange.remove(name)
            if place.settings is not None:
                kritarc.forget(place.settings)
        for folder in sorted(made, key=lambda path: len(path.parts), reverse=True):
            with suppress(OSError):  # something of somebody else's is in it now
                folder.rmdir()
    return status(place)


def _made_for(place: HostPlace) -> list[Path]:
    """The folders that an installation here once made."""
    try:
        made = read_json(client_in(place.host, place.folder) / MADE)
        return [Path(folder) for folder in made if isinstance(folder, str)]
    except (OSError, ValueError, TypeError):
        return []


def _remember(client: Path, made: list[Path]) -> None:
    (client / MADE).write_text(json.dumps(sorted({str(folder) for folder in made}), indent=1) + "\n", "utf-8")


class _Exchange:
    """Moves that are remembered so that they can be undone."""

    def __init__(self, place: HostPlace, staging: Path) -> None:
        self._places, self._new, self._old = destinations(place), staging / "new", staging / "old"
        self._old.mkdir()
        self._put: list[str] = []
        self._taken: list[str] = []

    def remove(self, name: str) -> None:
        if self._places[name].exists():
            _move(self._places[name], self._old / name)
            self._taken.append(name)

    def replace(self, name: str) -> None:
        self.remove(name)
        _move(self._new / name, self._places[name])
        self._put.append(name)

    def undo(self) -> None:
        for name in reversed(self._put):
            _move(self._places[name], self._new / name)
        for name in reversed(self._taken):
            _move(self._old / name, self._places[name])


def _move(source: Path, target: Path) -> None:
    """A rename, unless a folder on the way is a link to another disk."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.move(source, target)


@contextmanager
def _exchange(place: HostPlace, staging: Path) -> Iterator[_Exchange]:
    exchange = _Exchange(place, staging)
    try:
        yield exchange
    except BaseException:
        exchange.undo()
        raise


@contextmanager
def _staging(place: HostPlace) -> Iterator[tuple[Path, list[Path]]]:
    """A folder on the same disk but outside the one that the host searches, so that it never sees half a plug-in; and the folders
    that had to be made for the place."""
    wanted = {path.parent for path in destinations(place).values()}
    made = [folder for folder in (*wanted, *place.folder.parents) if not folder.exists()]
    for folder in wanted:
        folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=place.folder.resolve().parent, prefix=".restored-"))
    try:
        yield staging, made
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for folder in made:  # those that a failure, or nothing to do, left empty
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _sentences(place: HostPlace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PluginError(f"{place.title}: “{error.filename or place.folder}” cannot be changed ({error.strerror}).") from error
    except FileError as error:
        raise PluginError(f"{place.title}: {error}") from error
