"""A real control group with a limit of main memory, for as long as a block lasts; only root has one, and not everywhere."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


class NoGroups(Exception):
    """This machine lets us make none; the message says why."""


@contextmanager
def limited(most: int) -> Iterator[Path]:
    """A file into which a process writes its number to be in a new group that may take `most` bytes. Raises NoGroups."""
    place, limits = _place()
    group = place / f"restored-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
    except OSError as error:
        raise NoGroups(f"{place}: {error.strerror}") from error
    try:
        if not all((group / name).exists() for name in limits[:1]):
            raise NoGroups(f"{place} passes no limit of memory on")
        for name in limits:
            with suppress(FileNotFoundError):  # a kernel that does not count swap has no limit of it
                (group / name).write_text("0" if name == "memory.swap.max" else str(most))
        yield group / "cgroup.procs"
    finally:
        with suppress(OSError):
            group.rmdir()


def _place() -> tuple[Path, tuple[str, ...]]:
    """The group that this process is in, and its files of limits: version 1 where the memory controller is there, else 2."""
    if os.name != "posix" or os.geteuid() != 0:
        raise NoGroups("only root makes groups")
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        number, controllers, group = line.split(":", 2)
        own = group.strip("/")
        if "memory" in controllers.split(","):
            place, limits = ROOT / "memory", ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        elif number == "0" and not controllers and (ROOT / "cgroup.controllers").exists():
            place, limits = ROOT, ("memory.max", "memory.swap.max")
        else:
            continue
        return (place / own if (place / own).is_dir() else place), limits
    raise NoGroups("no control groups are mounted")
