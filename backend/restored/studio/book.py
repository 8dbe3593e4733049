"""Whom this machine knows: machines that restore for it, and machines that it restores for. Two files, read anew when changed."""

import datetime
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar, get_args

from restored.ground.text import visible
from restored_client.locking import alone
from restored_client.session.discovery import is_alive

from .keys import PATIENCE, StudioError, folder, is_key, read_private, write_private

PORT: Final = 47340
"""Where a strong machine listens; the port after it is for pairing, and listened on for five minutes at a time."""

MACHINES: Final = "machines.json"
GUESTS: Final = "guests.json"
LONGEST_NAME: Final = 40

Use = Literal["never", "faster", "always"]
USES: Final[tuple[Use, ...]] = get_args(Use)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that restores for this one. host: a numeric address; key: its public key; paired: the day."""

    name: str
    key: str
    host: str
    port: int
    paired: str = ""

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Guest:
    """A machine that this one restores for: the allow-list's entry. key: its public key; paired: the day."""

    name: str
    key: str
    paired: str = ""


Known = TypeVar("Known", Machine, Guest)


class Book(Generic[Known]):
    """One file of entries, by name and by key. Thread-safe; another process's changes are seen at the next question."""

    def __init__(self, path: Path, read: Callable[[Any], Known | None]) -> None:
        self.path = path
        self._read = read
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._rest: dict[str, Any] = {}
        self._entries: tuple[Known, ...] = ()

    def entries(self) -> tuple[Known, ...]:
        """All of them, in the order in which they were paired. Raises StudioError for a file that cannot be believed."""
        with self._lock:
            self._refresh()
            return self._entries

    def by_key(self, key: str) -> Known | None:
        """Whose public key this is."""
        return next((entry for entry in self.entries() if entry.key == key), None)

    def named(self, name: str) -> Known:
        """The entry of that name. Raises StudioError with the names there are."""
        found = next((entry for entry in self.entries() if entry.name.casefold() == name.casefold()), None)
        if found is None:
            raise unknown(name, self.entries())
        return found

    def free_name(self, wanted: str, key: str) -> str:
        """`wanted` made fit to be shown, and told apart from other machines' names."""
        plain = visible(" ".join(wanted.split()))[:LONGEST_NAME].strip() or "a machine"
        taken = {entry.name.casefold() for entry in self.entries() if entry.key != key}
        ends = ("", *(f" {number}" for number in range(2, len(taken) + 3)))
        names = (plain[: LONGEST_NAME - len(end)].rstrip() + end for end in ends)
        return next(name for name in names if name.casefold() not in taken)

    def add(self, entry: Known) -> Known:
        """Remember it, under a name that is no other's, and return it so; an older entry with its key is replaced."""
        with self._changing():
            return self._put(entry)

    def change(self, name: str, **new: Any) -> Known:
        """Replace fields of an entry. Raises StudioError when there is none of that name."""
        with self._changing():
            return self._put(replace(self.named(name), **new))

    def forget(self, name: str) -> Known:
        """Strike it out. Raises StudioError when there is none of that name."""
        with self._changing():
            gone = self.named(name)
            self._write(tuple(entry for entry in self.entries() if entry.key != gone.key), self.rest())
            return gone

    def rest(self) -> dict[str, Any]:
        """What the file says beside its entries."""
        with self._lock:
            self._refresh()
            return dict(self._rest)

    def say(self, **rest: Any) -> None:
        """Remember something beside the entries."""
        with self._changing():
            self._write(self.entries(), {**self.rest(), **rest})

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What was read stays true until it is written: two commands at a time would else lose what one of them wrote."""
        with alone(self.path.parent, PATIENCE):
            yield

    def _put(self, entry: Known) -> Known:
        named = replace(entry, name=self.free_name(entry.name, entry.key))
        self._write((*(each for each in self.entries() if each.key != named.key), named), self.rest())
        return named

    def _write(self, entries: tuple[Known, ...], rest: dict[str, Any]) -> None:
        write_private(self.path, {**rest, "machines": [asdict(entry) for entry in entries]})

    def _refresh(self) -> None:
        try:
            status = self.path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            seen = (0, 0, 0)
        if seen == self._seen:
            return
        found = read_private(self.path)
        found = {} if found is None else found
        if not isinstance(found, dict) or not isinstance(found.get("machines", []), list):
            raise StudioError(f"“{self.path}” is not a list of machines. Remove it, and pair the machines again.")
        self._rest = {name: value for name, value in found.items() if name != "machines"}
        self._entries = tuple(entry for each in found.get("machines", []) if (entry := self._read(each)) is not None)
        self._seen = seen


class Machines(Book[Machine]):
    """The machines that restore for this one, and when they do."""

    def __init__(self) -> None:
        super().__init__(folder() / MACHINES, _machine)

    @property
    def use(self) -> Use:
        """When a paired machine is asked."""
        said = self.rest().get("use")
        return said if said in USES else "faster"


class Guests(Book[Guest]):
    """The machines that this one restores for."""

    def __init__(self) -> None:
        super().__init__(folder() / GUESTS, _guest)


class Listening:
    """Where this machine's daemon listens for guests, noted for `restored pair`, which tells the other machine."""

    def __init__(self) -> None:
        self._path = folder() / "listening.json"

    def note(self, host: str, port: int) -> None:
        write_private(self._path, {"host": host, "port": port, "pid": os.getpid()})

    def where(self) -> tuple[str, int] | None:
        """Host and port, while that daemon lives."""
        said = read_private(self._path)
        if not isinstance(said, dict) or not isinstance(said.get("host"), str) or not is_port(said.get("port")):
            return None
        return (said["host"], said["port"]) if isinstance(said.get("pid"), int) and is_alive(said["pid"]) else None

    def end(self) -> None:
        self._path.unlink(missing_ok=True)


def unknown(name: str, known: Iterable[Machine | Guest]) -> StudioError:
    """What to raise where no machine is called so; it says which there are."""
    names = ", ".join(f"“{each.name}”" for each in known)
    return StudioError(f"No machine called “{name}” is paired. " + (f"There is {names}." if names else "There is none."))


def anything_paired() -> bool:
    """Whether any machine may be called. Cheap: a daemon asks before it starts."""
    return (folder() / MACHINES).exists() and bool(Machines().entries())


def today() -> str:
    return datetime.date.today().isoformat()


def _machine(said: Any) -> Machine | None:
    guest = _guest(said)
    if guest is None or not isinstance(said.get("host"), str) or not is_port(said.get("port")):
        return None
    return Machine(guest.name, guest.key, said["host"], said["port"], guest.paired)


def _guest(said: Any) -> Guest | None:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str) or not is_key(said.get("key")):
        return None
    return Guest(visible(said["name"])[:LONGEST_NAME], said["key"], str(said.get("paired", ""))[:10])


def is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65535
