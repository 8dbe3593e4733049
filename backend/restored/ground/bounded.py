"""Files of a bounded size, and nothing that would keep a reader waiting: a pipe without a writer, a device without an end."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from restored_client.wire.parsing import parse_json

__all__ = ["parse_json", "read_bounded", "read_json"]


def read_json(path: Path, most: int = 1 << 20, check: Callable[[os.stat_result], None] | None = None) -> Any:
    """What an ordinary file of at most `most` bytes says as JSON; for the rest see `read_bounded` and `parse_json`. Raises
    OSError and ValueError."""
    return parse_json(read_bounded(path, most, check))


def read_bounded(path: Path, most: int, check: Callable[[os.stat_result], None] | None = None) -> bytes:
    """The content of an ordinary file. Raises OSError, also for what is none, and for one larger than `most` bytes. check: may
    raise for what the open file is like, before anything is read."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if check is not None:
            check(status)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
        content = b"" if status.st_size > most else file.read(status.st_size + 1)
    if status.st_size > most or len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
    return content
