"""Every folder that the program makes in a user's home: what an uninstaller takes away, and what it asks about first."""

import os
from pathlib import Path

import platformdirs

from restored.ground.folders import log_file
from restored.models.installed import user_bundles
from restored_client.session.paths import config_dir, runtime_dir


def data_dir() -> Path:
    """Where imported models and the GPU pack lie."""
    return user_bundles().parent


def caches() -> list[Path]:
    """What comes again by itself: the daemon's folder, its log, caches."""
    shared = runtime_dir() == data_dir()  # on Windows, where imported models lie beside what the daemon leaves
    names = ("connection.json", "lock", "[0-9]*.sock", ".connection-*")
    found = _ours("RESTORED_RUNTIME_DIR", runtime_dir(), names, shared)
    found += _ours("RESTORED_LOG_DIR", log_file().parent, ("daemon.log*",))
    found += [Path(platformdirs.user_cache_dir("restored", appauthor=False)), data_dir() / "gpu"]
    state = log_file().parent.parent
    # the log's folder lies in one of ours, which is then empty
    found += [state] if state.name == "restored" and not os.environ.get("RESTORED_LOG_DIR") else []
    return [*found, *_of_flatpaks(".local/state", "cache")]


def yours() -> list[Path]:
    """What a person made: settings, presets, history, imported models."""
    settings = (
        "history.json*",
        "history-pictures",
        "presets.json*",
        "usual.json*",
        "last.json*",
        "paces.json*",
        "studio",
        ".lock",
    )
    return [
        *_ours("RESTORED_CONFIG_DIR", config_dir(), settings),
        *_ours("RESTORED_DATA_DIR", data_dir(), ("bundles", "gpu")),
        *_of_flatpaks("config", "data"),
    ]


def _ours(variable: str, folder: Path, names: tuple[str, ...], shared: bool = False) -> list[Path]:
    """A folder that this program makes; of one that is shared, or that somebody named, which may be the home itself, what we put
    there."""
    return sorted(path for name in names for path in folder.glob(name)) if shared or os.environ.get(variable) else [folder]


def _of_flatpaks(*kinds: str) -> list[Path]:
    """What a program that a host started in its flatpak's sandbox has made there: flatpak gives each application such folders."""
    return [path for kind in kinds for path in sorted((Path.home() / ".var/app").glob(f"*/{kind}/restored"))]
