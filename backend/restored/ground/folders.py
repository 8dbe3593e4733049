"""Folders of this user that several rooms know."""

import os
from pathlib import Path


def log_file() -> Path:
    """$RESTORED_LOG_DIR/daemon.log, else in the user's log folder."""
    override = os.environ.get("RESTORED_LOG_DIR")
    if override:
        return Path(override) / "daemon.log"
    import platformdirs

    return Path(platformdirs.user_log_dir("restored", appauthor=False)) / "daemon.log"
