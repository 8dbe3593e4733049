"""What an archive's folder says of itself is somebody's, who may not be its user: nothing it names lies outside of it."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import urlsplit

from restored.files import FileOrder
from restored.io import SUFFIXES

MOST_SHARDS: Final = 1 << 22
"""Two thousand million pictures, in shards of the usual size."""

_KINDS = {
    "source": str,
    "model": str,
    "fingerprint": str,
    "version": str,
    "shards": int,
    "pictures": int,
    "forced": bool,
    "on_conflict": str,
}


def order_fits(said: Any, names: set[str]) -> bool:
    """Whether JSON is an order with exactly these fields, each of its kind and with a value it can have."""
    return (
        isinstance(said, dict)
        and said.keys() == names
        and all(type(said[name]) is kind for name, kind in _KINDS.items())
        and 0 <= said["shards"] <= min(said["pictures"], MOST_SHARDS)
        and said["on_conflict"] in ("skip", "rename", "overwrite")
        and (said["quality"] is None or (type(said["quality"]) is int and 1 <= said["quality"] <= 100))
        and isinstance(said["left_alone"], list)
        and all(isinstance(sentence, str) for sentence in said["left_alone"])
        and _wish_fits(said["wish"])
        and is_model(said["model"])
    )


def row_fits(said: Any) -> bool:
    """Whether JSON is a picture of a shard: two paths below their folders, the second a picture's."""
    if not (isinstance(said, list) and [type(value) for value in said] == [str, int, str, str]):
        return False
    name, size, _, result = said
    return size >= 0 and is_below(name) and is_below(result) and PurePosixPath(result).suffix.lower() in SUFFIXES


def is_model(name: str | None) -> bool:
    """Whether a model is asked for by its name: text with a separator would be a folder."""
    return name is None or ("/" not in name and "\\" not in name)


def is_elsewhere(source: str) -> bool:
    """Whether reading from there leaves this machine, as far as its name tells: an address, or another machine's share."""
    return "://" in source or "::" in source or PureWindowsPath(source).drive.startswith("\\\\")


def may_read(source: str, target: str, meant: str | None) -> bool:
    """Whether a plan in `target` may have pictures read from `source`, so that a plan from a stranger does not choose whom this
    machine calls, with whose keys. meant: the source that the user named. Without it: a folder of this machine, or the very place
    that the results go to."""
    if not is_elsewhere(source) or source == meant:
        return True
    there, ours = urlsplit(source), urlsplit(target)
    return "::" not in source and bool(there.netloc) and (there.scheme, there.netloc) == (ours.scheme, ours.netloc)


def state_fits(said: Any) -> bool:
    """Whether JSON is what a run of a shard left behind: its number, and how many of its pictures came to what."""
    counts = ("shard", "pictures", "done", "earlier", "errors")
    return isinstance(said, dict) and all(type(said.get(name)) is int and said[name] >= 0 for name in counts)


def entry_fits(said: Any) -> bool:
    """Whether JSON is a record of one picture."""
    texts = ("hash", "name") if isinstance(said, dict) and "error" not in said else ("hash", "name", "error")
    return isinstance(said, dict) and all(isinstance(said.get(name), str) for name in texts)


def leads_out(folder: Path, inside: Path) -> bool:
    """Whether a path below a folder is, by a link on its way, a place outside of it."""
    return not inside.parent.resolve().is_relative_to(folder.resolve())


def _wish_fits(said: Any) -> bool:
    if not (isinstance(said, Mapping) and said.keys() <= {field.name for field in fields(FileOrder)}):
        return False
    if not all(isinstance(said.get(name), str | None) for name in ("made_with", "mask")):
        return False
    wish = FileOrder(**said)
    return not wish.problem() and is_model(wish.model)


def is_below(name: str) -> bool:
    """Whether a name is that of a file inside a folder, on whichever way it is put together, and that file's only one: an object
    store knows "a//b", "./b" and "b/" beside "b"."""
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and str(path) == name
        and not path.is_absolute()
        and ".." not in path.parts
        and "\0" not in name
        and not Path(name).drive
    )
