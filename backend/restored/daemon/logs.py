"""The daemon's log: a small rotating file. Neither instructions nor pixels are ever written into it."""

import logging
import logging.handlers
import os
from pathlib import Path
from typing import Final

NAME: Final = "restored.daemon"
SIZE: Final = 1 << 20
KEPT: Final = 3


def log_file() -> Path:
    """$RESTORED_LOG_DIR/daemon.log, else in the user's log folder."""
    override = os.environ.get("RESTORED_LOG_DIR")
    if override:
        return Path(override) / "daemon.log"
    import platformdirs

    return Path(platformdirs.user_log_dir("restored", appauthor=False)) / "daemon.log"


def open_log() -> logging.Logger:
    """The daemon's logger. Without a writable folder it says nothing: a full disk must not stop a restoration."""
    logger = logging.getLogger(NAME)
    logger.setLevel(os.environ.get("RESTORED_LOG_LEVEL", "INFO").upper())
    logger.propagate = False
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logging.raiseExceptions = False
    return logger
