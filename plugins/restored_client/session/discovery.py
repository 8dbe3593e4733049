"""Where the running daemon is: its connection file, believed only when nobody else can read or write it."""

from __future__ import annotations

import ctypes
import json
import os
import re
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Optional

from ..wire.errors import ClientError
from ..wire.parsing import parse_json
from .paths import runtime_dir

FILE_NAME: Final = "connection.json"
MAX_FILE: Final = 1 << 16
_HERE: Final = re.compile(r"ipc://[^\0]+|tcp://127\.0\.0\.1:[0-9]{1,5}")


@dataclass(frozen=True)
class Connection:
    """What a running daemon says about itself. `token` is its password for this start."""

    endpoint: str
    token: str
    pid: int
    protocol: int
    version: str
    build: str

    def to_json(self) -> str:
        """The connection file's content."""
        return json.dumps(asdict(self), indent=1)


def connection_file() -> Path:
    """Where the connection file lies when a daemon runs."""
    return runtime_dir() / FILE_NAME


def read_connection() -> Optional[Connection]:
    """The connection file, or None when there is none or it is not one (half a file, another program's).

    It may be stale: only connecting tells. The next daemon replaces it, so nobody else ever deletes it.
    Raises ClientError("unsafe") when other users could have read or written it.
    """
    path = connection_file()
    # a pipe that another user put there would keep the opener waiting: the folder is looked at first, and nothing is waited for
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        folder = os.stat(path.parent)
        if not stat.S_ISDIR(folder.st_mode):
            return None
        _check_private(path.parent, folder)
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            _check_private(path, status)
            said = file.read(MAX_FILE).decode("utf-8") if stat.S_ISREG(status.st_mode) else ""
        data = parse_json(said)
        connection = Connection(**{name: data[name] for name in Connection.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return connection if _fits(connection) else None


def _fits(found: Connection) -> bool:
    """Whether it can be used as it is: on this machine, an ordinary process, and text that can be sent."""
    texts = (found.endpoint, found.token, found.version, found.build)
    numbers = (found.pid, found.protocol)
    return (
        all(isinstance(text, str) and not re.search("[\ud800-\udfff]", text) for text in texts)
        and all(type(number) is int and 0 < number < 1 << 31 for number in numbers)
        and _HERE.fullmatch(found.endpoint) is not None
    )


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs (here: a sandbox may hide it)."""
    if sys.platform == "win32":  # os.kill(pid, 0) would end it there
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x00100000, False, pid)  # SYNCHRONIZE
        if not handle:
            return False
        running = kernel.WaitForSingleObject(handle, 0) == 0x00000102  # WAIT_TIMEOUT
        kernel.CloseHandle(handle)
        return running
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":  # elsewhere the user's profile folder has its own access list
        return
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise ClientError("unsafe", detail=f"{path}: owner {status.st_uid}, mode {status.st_mode:o}")
