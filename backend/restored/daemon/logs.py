"""The daemon's log: a small rotating file. Neither instructions nor pixels are ever written into it."""

import errno
import logging
import logging.handlers
import os
from pathlib import Path
from typing import Any, Final

from restored.ground.folders import log_file
from restored.ground.text import visible

NAME: Final = "restored.daemon"
SIZE: Final = 1 << 20
KEPT: Final = 3


MOST_WARNINGS: Final = 20
"""Warnings a second: whoever sends nonsense without end must not drive everything else out of the log."""


class Formatter(logging.Formatter):
    """A record is one line, whatever a client calls itself; only a traceback has more."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return visible(super().formatException(ei), lines=True)


class Throttle(logging.Filter):
    """Lets MOST_WARNINGS warnings a second through, and says how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._second = 0
        self._count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno != logging.WARNING:
            return True
        if int(record.created) != self._second:
            kept_back = max(0, self._count - MOST_WARNINGS)
            if kept_back:
                record.msg, record.args = f"{record.getMessage()} (and {kept_back} more warnings before)", ()
            self._second, self._count = int(record.created), 0
        self._count += 1
        return self._count <= MOST_WARNINGS


def _check_ordinary(path: Path) -> None:
    """Raise OSError for a pipe, which would be waited for, and for another user's link or file, in a folder where they can put
    one."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    ours = os.name != "posix" or status.st_uid == os.getuid()
    if not ours or not path.is_file():
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(path))


def open_log() -> logging.Logger:
    """The daemon's logger. Without a writable folder it says nothing: a full disk must not stop a restoration."""
    logger = logging.getLogger(NAME)
    wanted = os.environ.get("RESTORED_LOG_LEVEL", "INFO").upper()
    logger.setLevel(wanted if wanted in logging.getLevelNamesMapping() else "INFO")
    logger.propagate = False
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_ordinary(path)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(Throttle())
    logger.addHandler(handler)
    logging.raiseExceptions = False
    return logger
