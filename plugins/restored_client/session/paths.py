"""The folders the client and the daemon share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

APP: Final = "restored"


def runtime_dir() -> Path:
    """Where connection file, lock and socket live: `$RESTORED_RUNTIME_DIR`, else the user's runtime or cache folder."""
    override = os.environ.get("RESTORED_RUNTIME_DIR")
    if override:
        return Path(override)
    if sys.platform == "win32":
        return _env("LOCALAPPDATA", "AppData/Local") / APP
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / APP
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK | os.X_OK):  # after `su` it may be another user's
        return Path(runtime) / APP
    return _env("XDG_CACHE_HOME", ".cache") / APP


def config_dir() -> Path:
    """Where the user's history and presets live: `$RESTORED_CONFIG_DIR`, else the user's configuration folder."""
    override = os.environ.get("RESTORED_CONFIG_DIR")
    if override:
        return Path(override)
    if sys.platform == "win32":
        return _env("APPDATA", "AppData/Roaming") / APP
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / APP
    return _env("XDG_CONFIG_HOME", ".config") / APP


def _env(name: str, below_home: str) -> Path:
    value = os.environ.get(name)
    return Path(value) if value else Path.home() / below_home
