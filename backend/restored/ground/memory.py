"""Main memory that this process may use: the machine's, or less where control groups set limits (containers, services).

Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst. A limit holds for everything below it, so all groups from
the process's own up to the root count; pages of files that can be dropped at once are not in use.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import psutil

PROCESS: Final = Path("/proc/self/cgroup")
GROUPS: Final = Path("/sys/fs/cgroup")

_UNLIMITED: Final = 1 << 60


class _Files(NamedTuple):
    """What a version of control groups calls its files. limits: above the first a process is ended, above the second it is held
    up until it gives back, which a result does not."""

    limits: tuple[str, ...]
    used: str
    droppable: str


_VERSION_1: Final = _Files(("memory.limit_in_bytes",), "memory.usage_in_bytes", "total_inactive_file")
_VERSION_2: Final = _Files(("memory.max", "memory.high"), "memory.current", "inactive_file")


def total() -> int:
    """Bytes there are at all."""
    return min([psutil.virtual_memory().total, *(limit for limit, _ in _limits())])


def available() -> int:
    """Bytes that could be taken now without anybody having to give some back."""
    return min([psutil.virtual_memory().available, *(max(0, limit - used) for limit, used in _limits())])


def _limits() -> Iterator[tuple[int, int]]:
    """(limit, in use) of every group with a limit that this process is in."""
    try:
        lines = PROCESS.read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if number == "0" and not controllers:
            yield from _upwards(GROUPS, group, _VERSION_2)
            yield from _upwards(GROUPS / "unified", group, _VERSION_2)
        elif "memory" in controllers.split(","):
            yield from _upwards(GROUPS / "memory", group, _VERSION_1)


def _upwards(root: Path, group: str, files: _Files) -> Iterator[tuple[int, int]]:
    # inside a container the path may be the outer one, of which only the root can be seen
    parts = [part for part in group.split("/") if part not in ("", "..", ".")]
    for length in range(len(parts), -1, -1):
        folder = root.joinpath(*parts[:length])
        limits = [limit for name in files.limits if (limit := _number(folder / name)) is not None and 0 <= limit < _UNLIMITED]
        used = _number(folder / files.used)
        if limits and used is not None:
            yield min(limits), max(0, used - _droppable(folder / "memory.stat", files.droppable))


def _number(path: Path) -> int | None:
    """A file's number; None for "max" and for what is not there."""
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _droppable(path: Path, name: str) -> int:
    try:
        lines = path.read_text("ascii").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(name + " ")), 0)
    except (OSError, ValueError, IndexError):
        return 0
