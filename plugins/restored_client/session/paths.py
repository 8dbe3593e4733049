"""The folders the client and the daemon share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

APP: Final = "restored"
FLATPAKS: Final = ("org.gimp.GIMP", "org.kde.krita")
"""The hosts as flatpaks; each has a folder in ~/.var/app once it was installed by, or started by, this user."""


def sandboxed() -> bool:
    """Whether this process runs inside a flatpak's sandbox."""
    return os.path.exists("/.flatpak-info")


def runtime_dir() -> Path:
    """Where connection file, lock and socket live: `$RESTORED_RUNTIME_DIR`, else the user's runtime or cache folder.

    Flatpak gives its programs a runtime folder of their own, and shows GIMP and Krita the home folder: where one of them is such
    a program, all meet in ~/.cache, which is the same inside and outside.
    """
    override = os.environ.get("RESTORED_RUNTIME_DIR")
    if override:
        return Path(override)
    if sys.platform == "win32":
        return _env("LOCALAPPDATA", "AppData/Local") / APP
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / APP
    if sandboxed() or any((Path.home() / ".var" / "app" / app).is_dir() for app in FLATPAKS):
        return Path.home() / ".cache" / APP
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
