"""Which pictures of a batch are done: a file that only grows, so that the millionth entry costs what the first did."""

import errno
import hashlib
import json
import os
import stat
import time
from array import array
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import numpy as np

from restored.ground.bounded import parse_json
from restored.ground.errors import FileError
from restored.ground.planted import planted
from restored_client.locking import try_lock

from .makingway import file_mark
from .orders import FileOrder

NAME: Final = ".restored-batch.jsonl"
PARTS: Final = ".restored-parts"
_SYNC: Final = 1.0
"""Seconds between two syncs: a killed process loses nothing, a power cut at most this much."""


class LedgerError(FileError):
    """The folder holds results that this batch must not be mixed with; the message is a sentence for the user."""


class Ledger:
    """One line for the wish, then one for each finished original: its path, size, time of change and result.

    A picture counts as done while its original is unchanged and its result is still there. A line that a kill cut short counts
    as not written. Results of another wish in the same folder would be a mix that nobody could tell apart later, so they are
    refused unless all is done `again`. In memory an entry is two hashes of eight bytes.
    """

    def __init__(self, output: Path, wish: FileOrder, *, again: bool = False) -> None:
        """Makes the output folder. Raises LedgerError, as all that writes does."""
        self._output = output
        try:
            output.mkdir(parents=True, exist_ok=True)
            self._file = _opened(output / NAME)
            odd = self.parts.is_symlink() or (self.parts.exists() and (not self.parts.is_dir() or planted(self.parts)))
        except OSError as error:
            raise LedgerError(f"The folder “{output}” cannot be written to: {error.strerror or error}.") from error
        if odd:  # what is half-written would lie, and be swept, where a link leads
            self._file.close()
            raise LedgerError(f"“{self.parts}” is not a folder of this batch's. Take it away, or use another folder.")
        self._synced = time.monotonic()
        self._done, self._made = _Hashes(), _Hashes()
        if not try_lock(self._file, byte=1 << 40):  # one that nobody reads
            self._file.close()
            raise LedgerError(f"Another batch is writing into “{output}” right now. Wait for it, or use another folder.")
        self._sweep()
        wishes = self._read(again)
        if wishes and wish.digest() not in wishes and not again:
            self.close()
            raise LedgerError(
                f"“{output}” holds results of another instruction or other settings. "
                "Use a folder of its own for each, or --again to do all anew."
            )
        if again or not wishes:
            self._append({"wish": wish.digest(), "asked": wish.asked(), "again": again})

    @property
    def parts(self) -> Path:
        """Where half-written files lie, on the disk of the results."""
        return self._output / PARTS

    def has(self, name: str, source: Path, target: Path) -> bool:
        """True when the result for this original is there already. name: its path in the batch. Raises OSError."""
        return _entry(name, *file_mark(source)) in self._done and os.path.isfile(target)

    def made(self, target: Path) -> bool:
        """True when this very file was written by a batch in this folder, so that a later one may replace it."""
        return os.path.isfile(target) and _entry(self._inside(target), *file_mark(target)) in self._made

    def add(self, name: str, mark: tuple[int, int], target: Path, made: tuple[int, int], **facts: Any) -> None:
        """Remember that this original is done. mark: its `file_mark` before it was read, for it may be another by now, or gone.
        made: the result's when it was written, for somebody may have worked on it since."""
        size, changed = mark
        result = self._inside(target)
        self._append({"name": name, "size": size, "mtime": changed, "result": result, "made": made, **facts})
        self._done.add(_entry(name, size, changed))
        self._made.add(_entry(result, *made))

    def close(self) -> None:
        self._file.close()
        if self.parts.is_dir() and not any(self.parts.iterdir()):
            self.parts.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _inside(self, target: Path) -> str:
        return target.relative_to(self._output).as_posix()

    def _append(self, entry: dict[str, Any]) -> None:
        why = "it could not be before"
        if not self._file.closed:
            try:
                self._write(entry)
                return
            except OSError as error:
                why = error.strerror or str(error)
                with suppress(OSError):  # what it holds back would fail again
                    self._file.close()
        raise LedgerError(f"What is done cannot be noted in “{self._output}” ({why}). The same command goes on later.")

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        # the line break first where a kill cut the last line short: O_APPEND puts it all behind what is there, in one write
        self._file.seek(0, os.SEEK_END)
        end = self._file.tell()
        if end:
            self._file.seek(end - 1)
            line = line if self._file.read(1) == b"\n" else b"\n" + line
        self._file.write(line)
        self._file.flush()
        if time.monotonic() - self._synced > _SYNC:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def _read(self, again: bool) -> set[str]:
        """Fill `_done` from the file; the wishes that it names. What was before an `again` no longer counts."""
        wishes: set[str] = set()
        done, made = array("Q"), array("Q")
        self._file.seek(0)
        for line in self._file:
            try:
                entry = parse_json(line)
                if "wish" in entry:
                    if entry.get("again"):
                        wishes.clear()
                        del done[:]
                    wishes.add(str(entry["wish"]))
                else:
                    size, changed = entry["made"]
                    made.append(_entry(str(entry["result"]), int(size), int(changed)))
                    if not again:
                        done.append(_entry(str(entry["name"]), int(entry["size"]), int(entry["mtime"])))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        self._done, self._made = _Hashes(done), _Hashes(made)
        return wishes

    def _sweep(self) -> None:
        """Remove what a killed run left half-written. Nobody else writes there: the ledger is locked."""
        if self.parts.is_dir():
            for part in self.parts.glob("*.part"):
                part.unlink(missing_ok=True)


class _Hashes:
    """A set of 64-bit numbers: those that were there at the start in eight bytes each, sorted, and the few that came since."""

    def __init__(self, known: array | None = None) -> None:
        self._known = np.unique(np.frombuffer(known, np.uint64)) if known else np.empty(0, np.uint64)
        self._new: set[int] = set()

    def add(self, number: int) -> None:
        self._new.add(number)

    def __contains__(self, number: int) -> bool:
        if number in self._new:
            return True
        at = int(np.searchsorted(self._known, np.uint64(number)))
        return at < len(self._known) and int(self._known[at]) == number


def _entry(name: str, size: int, changed: int) -> int:
    text = f"{name}\0{size}\0{changed}".encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _opened(path: Path) -> BinaryIO:
    """The ledger, made where it is missing. A link would have us write into what is not ours, a pipe is none. Raises OSError."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = open(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o660), "a+b")  # noqa: SIM115
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode) or planted(path):
        file.close()
        raise OSError(errno.EINVAL, f"“{path.name}” in it is not a file of this user's")
    if os.name == "posix" and status.st_uid == os.getuid() and status.st_mode & stat.S_IRWXO:
        with suppress(OSError):  # whoever can read it can hold its lock, and keep every batch from this folder
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode) & ~stat.S_IRWXO)
    return file
