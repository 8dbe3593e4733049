"""Folders that need not be on this machine, through fsspec: whole files in, whole files out, lines that only accumulate."""

import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import fsspec

from restored.files.walk import Walked, pictures
from restored.ground.errors import InstallationError, RestoredError
from restored.ground.planted import planted
from restored.io import READABLE

from .boundaries import is_below

OURS: Final = ".restored-archive"
_HERE: Final = f"{socket.gethostname()}-{os.getpid()}"


class Unreachable(RestoredError, OSError):
    """An object store that does not answer, or lets nobody in; the message is a sentence for the user."""

    code = "unreachable"


@dataclass(frozen=True)
class Tree:
    """A folder by its address: a path of this machine, or what fsspec knows (s3://bucket/folder)."""

    url: str
    _fs: Any = field(init=False, repr=False, compare=False)
    _root: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            fs, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise InstallationError(f"“{self.url}” cannot be reached from here: {str(error).rstrip('.')}.") from error
        object.__setattr__(self, "_fs", fs)
        object.__setattr__(self, "_root", root.rstrip("/") or "/")

    def __reduce__(self) -> tuple[Any, ...]:
        return Tree, (self.url,)  # file systems hold connections, which do not travel between processes

    @property
    def local(self) -> bool:
        return "file" in (self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,))

    @contextmanager
    def _asked(self, *, to_take: bool = False) -> Iterator[None]:
        """Whatever a store elsewhere raises becomes one sentence: each has errors of its own. to_take: it was to take something;
        else that it has not what it was asked for is an answer, a FileNotFoundError."""
        try:
            yield
        except Exception as error:
            if self.local or isinstance(error, Unreachable) or (isinstance(error, FileNotFoundError) and not to_take):
                raise
            why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
            raise Unreachable(
                f"“{self.url}” cannot be reached: {why}. Look at its address, at the keys for it, and at the network."
            ) from error

    def path(self, name: str) -> Path:
        """Where a file of a local tree lies."""
        return Path(self._root, *PurePosixPath(name).parts)

    def at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def links(self) -> list[str]:
        """What in our own folder leads elsewhere, so that a folder from a stranger would have us write or sweep there."""
        ours = self.path(OURS) if self.local else None
        if ours is None or not os.path.lexists(ours):
            return []
        if ours.is_symlink():
            return [OURS]
        found = [path for depth in ("*", "parts/*") for path in sorted(ours.glob(depth)) if path.is_symlink()]
        return [path.relative_to(ours.parent).as_posix() for path in found]

    def planted(self) -> bool:
        """Whether our own folder is another user's, who put it where everybody may."""
        return self.local and os.path.lexists(self.path(OURS)) and planted(self.path(OURS))

    def exists(self, name: str) -> bool:
        if self.local:
            return self.path(name).exists()
        with self._asked():
            return bool(self._fs.exists(self.at(name)))

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError, also for what is no file: a pipe would be waited for, a device has no end."""
        if self.local and not self.path(name).is_file():
            raise FileNotFoundError(self.at(name))
        with self._asked():
            return self._fs.cat_file(self.at(name))

    def write(self, name: str, data: bytes) -> None:
        """Whole or not at all."""
        if not self.local:
            with self._asked(to_take=True):
                self._fs.pipe_file(self.at(name), data)  # an object store shows an object once it is whole
            return
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}-{_HERE}-{uuid.uuid4().hex[:8]}.part")
        try:
            part.write_bytes(data)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def put(self, source: Path, name: str) -> None:
        """A file of this machine as a file of a tree that is elsewhere."""
        with self._asked(to_take=True):
            self._fs.put_file(str(source), self.at(name))

    @contextmanager
    def fetched(self, name: str, folder: Path) -> Iterator[Path]:
        """A file as one of this machine: itself, or a copy in `folder` that goes afterwards."""
        if self.local:
            yield self.path(name)
            return
        copy = folder / f"{uuid.uuid4().hex[:12]}{PurePosixPath(name).suffix}"
        try:
            with self._asked():
                self._fs.get_file(self.at(name), str(copy))
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """What one folder of ours holds (never one of results, which may be millions)."""
        with suppress(FileNotFoundError), self._asked():
            self._fs.invalidate_cache(self.at(folder))
            return sorted(PurePosixPath(found).name for found in self._fs.ls(self.at(folder), detail=False))
        return []

    def remove(self, folder: str) -> None:
        with suppress(FileNotFoundError), self._asked():
            self._fs.rm(self.at(folder), recursive=True)

    def walk(self, walked: Walked, leave_out: "Tree | None" = None) -> Iterator[tuple[str, int, str]]:
        """(name, size, mark) of every picture; the mark changes when the file does. Holds one folder at a time. Raises
        Unreachable, and FileNotFoundError when an object store has no such folder."""
        if self.local:
            out = Path(leave_out._root) if leave_out is not None and leave_out.local else None
            for path in pictures(Path(self._root), walked, recursive=True, leave_out=out):
                with suppress(OSError):
                    status = path.stat()
                    yield path.relative_to(self._root).as_posix(), status.st_size, str(status.st_mtime_ns)
            return
        skip = leave_out._root if leave_out is not None and not leave_out.local else None
        # "raise": a folder that cannot be listed would be left out without a word
        walk = self._fs.walk(self._root, detail=True, on_error="raise")
        while True:
            with self._asked():
                found = next(walk, None)
            if found is None:
                return
            folder, inside, files = found
            if skip is not None and (folder == skip or folder.startswith(skip + "/")):
                inside.clear()
                continue
            for base, info in sorted(files.items()):
                name = f"{folder}/{base}"[len(self._root) + 1 :]
                ending = PurePosixPath(base).suffix.lower()
                if not base:
                    # an object "folder/" marks an empty folder; a folder without a name is one that no path leads into
                    if info.get("type") == "directory":
                        walked.leave_out_no_path(f"{name}/")
                elif base.startswith("._"):
                    walked.notes_of_macos += 1
                elif ending not in READABLE:
                    walked.unread[ending] += 1
                elif not is_below(name):
                    walked.leave_out_no_path(name)
                else:
                    mark = info.get("ETag") or info.get("LastModified") or info.get("mtime") or ""
                    yield name, int(info.get("size") or 0), str(mark)


class Lines:
    """Lines that only accumulate, under one name: appended to a file, or a row of numbered objects where files cannot grow.

    Closed or not, what was added survives a kill: on this machine every line, in an object store all but the last few seconds.
    """

    EVERY: Final = 200
    """Lines after which an object is written."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree, self._name = tree, name
        self._waiting: list[bytes] = []
        self._run, self._number = uuid.uuid4().hex[:8], 0
        self._file: int | None = None

    def add(self, line: bytes) -> None:
        if not self._tree.local:
            self._waiting.append(line)
            if len(self._waiting) >= self.EVERY:
                self.flush()
            return
        if self._file is None:
            path = self._tree.path(self._name)
            path.parent.mkdir(parents=True, exist_ok=True)
            # a link would have us write into what is not the archive's
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o666)
            with open(path, "rb") as file:
                # a kill may have cut the last line short; the next begins a line of its own
                end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - 1))
                line = line if file.read(1) in (b"", b"\n") else b"\n" + line
        os.write(self._file, line + b"\n")

    def flush(self) -> None:
        """Put what waits into the object store."""
        if self._waiting:
            self._tree.write(f"{self._name}.{self._run}.{self._number:05}", b"\n".join(self._waiting) + b"\n")
            self._waiting, self._number = [], self._number + 1

    def close(self) -> None:
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @staticmethod
    def read(tree: Tree, name: str, listed: list[str] | None = None) -> Iterator[bytes]:
        """All lines that are whole. listed: the names in the lines' folder, where they are known already."""
        if tree.local:
            with suppress(FileNotFoundError):
                yield from tree.read(name).split(b"\n")
            return
        folder, _, base = name.rpartition("/")
        for found in listed if listed is not None else tree.names(folder):
            if found.startswith(base + "."):
                yield from tree.read(f"{folder}/{found}").split(b"\n")


@contextmanager
def workplace(tree: Tree, name: str) -> Iterator[Path]:
    """A folder of this process for half-written files, on the disk of a local tree's results; what dead ones left is swept."""
    if not tree.local:
        with tempfile.TemporaryDirectory(prefix="restored-") as folder:
            yield Path(folder)
        return
    base = tree.path(f"{OURS}/parts/{name}")
    base.mkdir(parents=True, exist_ok=True)
    for left in base.iterdir():
        if _dead(left.name):
            shutil.rmtree(left, ignore_errors=True)
    mine = base / f"{socket.gethostname()}-{os.getpid()}"
    mine.mkdir(exist_ok=True)
    try:
        yield mine
    finally:
        shutil.rmtree(mine, ignore_errors=True)
        with suppress(OSError):
            base.rmdir()


def sweep(tree: Tree) -> None:
    """Take away what processes of this machine that are gone have left half-written, in whichever shard."""
    base = tree.path(f"{OURS}/parts") if tree.local else None
    if base is None or not base.is_dir():
        return
    for shard in base.iterdir():
        for left in shard.iterdir():
            if _dead(left.name):
                shutil.rmtree(left, ignore_errors=True)
        with suppress(OSError):
            shard.rmdir()


def _dead(name: str) -> bool:
    """Whether the process that a folder of half-written files belongs to is known to be gone."""
    host, _, pid = name.rpartition("-")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    import psutil

    try:
        return psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
