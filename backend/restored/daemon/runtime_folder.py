"""The daemon's folder: the lock that makes it the only one, its socket and its connection file."""

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path
from typing import IO

from restored_client.locking import try_lock
from restored_client.session.discovery import FILE_NAME, Connection
from restored_client.session.paths import runtime_dir

MAX_SOCKET_PATH = 100
"""Bytes; the kernel's limit for unix sockets is 104 to 108."""

TIME_TO_LEAVE = 10.0
"""Seconds in which an ending daemon is expected to release its lock."""


class AlreadyRunning(Exception):
    """Another daemon of this user is there."""


class RuntimeFolder:
    """The runtime folder, owned by this process from `enter` to `leave`."""

    def __init__(self) -> None:
        self.folder = runtime_dir()
        self._file = self.folder / FILE_NAME
        self._lock: IO[str] | None = None
        self._connection: Connection | None = None

    def enter(self) -> None:
        """Take the lock and clear what a crashed daemon left. Raises AlreadyRunning; OSError when the folder cannot be used."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_own(self.folder)
        self.folder.chmod(0o700)
        lock = _own_file(self.folder / "lock")
        deadline = time.monotonic() + TIME_TO_LEAVE
        while not try_lock(lock):
            # a holder without a connection file is starting or ending: which of the two shows soon
            if self._file.exists() or time.monotonic() > deadline:
                lock.close()
                raise AlreadyRunning
            time.sleep(0.02)
        self._lock = lock
        # a daemon's socket has its process's number: another program's may lie in the folder that somebody named
        for left in (self._file, *self.folder.glob("[0-9]*.sock"), *self.folder.glob(".connection-*")):
            left.unlink(missing_ok=True)

    def endpoint(self, tcp: bool) -> str:
        """Where to bind: a unix socket in the folder, or loopback TCP on a free port where those do not exist or fit."""
        socket = self.folder / f"{os.getpid()}.sock"
        if tcp or os.name != "posix" or len(os.fsencode(socket)) > MAX_SOCKET_PATH:
            return "tcp://127.0.0.1:*"
        return f"ipc://{socket}"

    def publish(self, connection: Connection) -> None:
        """Write the connection file, complete and readable by the user only from its first moment."""
        self._connection = connection
        temporary = self.folder / f".connection-{secrets.token_hex(4)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(connection.to_json())
        os.replace(temporary, self._file)

    def still_ours(self) -> bool:
        """Whether clients can find us; a connection file that somebody deleted is written again."""
        if self._connection is None:
            return False
        if self._connection.endpoint.startswith("ipc://") and not Path(self._connection.endpoint[len("ipc://") :]).exists():
            return False
        try:
            return self._file.read_text(encoding="utf-8") == self._connection.to_json()
        except FileNotFoundError:
            with contextlib.suppress(OSError):
                self.publish(self._connection)
                return True
        except OSError:  # no descriptor left, a disk that does not answer: that says nothing about clients
            return True
        return False

    def withdraw(self) -> None:
        """Remove our connection file, so that no new client comes; one of another daemon is left alone."""
        ours, self._connection = self._connection, None
        with contextlib.suppress(OSError):
            if ours is not None and self._file.read_text(encoding="utf-8") == ours.to_json():
                self._file.unlink()

    def leave(self) -> None:
        """Remove our files and release the lock. The lock file stays: removing it would let two daemons lock two files."""
        self.withdraw()
        if self._lock is not None:
            with contextlib.suppress(OSError):
                (self.folder / f"{os.getpid()}.sock").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def _own_file(path: Path) -> IO[str]:
    """A file of this user's to lock, held as long as the process lives. What others put there while they could (a link to
    somebody's file, a pipe, a file that they hold locked themselves) makes way. Raises OSError."""
    for _ in range(2):
        with contextlib.suppress(OSError):  # a link
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            file = os.fdopen(handle, "r+", encoding="ascii")
            status = os.fstat(file.fileno())
            if os.name != "posix" or (status.st_uid == os.getuid() and stat.S_ISREG(status.st_mode)):
                return file
            file.close()
        path.unlink(missing_ok=True)
    raise OSError(errno.EPERM, f"“{path.name}” in it belongs to another user")


def _check_own(folder: Path) -> None:
    """Raise OSError when the folder, or the link that leads to it, is another user's: in a place where everybody may write it
    would let them choose what is made private and cleared."""
    if os.name != "posix":
        return
    for status in (folder.lstat(), folder.stat()):
        if status.st_uid != os.getuid():
            raise OSError(errno.EPERM, "it belongs to another user")
