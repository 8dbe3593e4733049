"""Files that are replaced: they appear whole or not at all, for pictures, settings and plug-ins alike."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from .errors import FileError

_SENTENCES: Final = {
    errno.ENOSPC: "The disk is full: there is no room for “{name}” in {folder}.",
    errno.EDQUOT: "Your disk quota is used up: there is no room for “{name}” in {folder}.",
    errno.EROFS: "The disk that holds {folder} can only be read, so “{name}” cannot be written there.",
    errno.EACCES: "You may not write in {folder}. Choose another place for “{name}”.",
    errno.EPERM: "You may not write in {folder}. Choose another place for “{name}”.",
    errno.ENOENT: "The folder {folder} does not exist, so “{name}” cannot be written there.",
    errno.ENOTDIR: "{folder} is not a folder, so “{name}” cannot be written there.",
    errno.EFBIG: "A file as large as “{name}” may not be written in {folder}.",
    errno.ENAMETOOLONG: "The name “{name}” is too long for this disk.",
}


def check_writable(path: Path) -> None:
    """Raise FileError where writing `path` is bound to fail, so that one learns it before the work, not after."""
    folder = path.parent
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise FileError(_sentence(path, error.errno or errno.EIO)) from error
    if not folder.is_dir():
        raise FileError(_sentence(path, errno.ENOTDIR if folder.exists() else errno.ENOENT))
    if path.is_dir():
        raise FileError(f"“{path}” is a folder; name a file to write.")
    if path.exists() and not path.is_file():
        raise FileError(f"“{path}” is a device or a pipe, not a file. Name a file to write.")
    # Replacing needs no right on the file itself, but who made a file read-only wants it kept (and root may do anything).
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise FileError(f"“{path.name}” is read-only, so it is left as it is. Choose another name for the result.")
    if not os.access(folder, os.W_OK):
        read_only_disk = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY
        raise FileError(_sentence(path, errno.EROFS if read_only_disk else errno.EACCES))


@contextmanager
def atomic(
    path: Path, staging: Path | None = None, *, mode: int | None = None, make_way: Callable[[], None] | None = None
) -> Iterator[BinaryIO]:
    """A file to write that replaces `path` when the block ends well, and is removed without a trace when it does not.

    It lies in the same folder, or in `staging` where that is on the same disk, since only then is the final rename one step.
    mode: its rights; None for an ordinary file's. make_way: called right before that rename, to keep what is at `path` or to
    refuse; what comes to an empty place after that is not replaced either. Raises FileError for what the disk refuses.
    """
    check_writable(path)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=_beside(path, staging), prefix=".restored-", suffix=".part")
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path) if mode is None else mode)
        _put(temporary, path, make_way)
    except FileError:
        raise
    except OSError as error:
        if error.errno is None:  # no disk's complaint, but an encoder's
            raise
        raise FileError(_sentence(path, error.errno)) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _beside(path: Path, staging: Path | None) -> Path:
    """Where the half-written file lies. A folder of results may hold links to other disks."""
    return staging if staging is not None and staging.stat().st_dev == path.parent.stat().st_dev else path.parent


def _put(temporary: str, path: Path, make_way: Callable[[], None] | None) -> None:
    while make_way is not None:
        make_way()
        if os.path.lexists(path):
            break
        try:
            os.link(temporary, path)  # fails where the place was taken since, in one step
        except FileExistsError:
            continue
        except OSError:  # a disk without links
            break
        return  # the other name goes with whoever made it
    os.replace(temporary, path)


def copy_file(source: Path, target: Path, staging: Path | None = None) -> None:
    """A byte-for-byte copy that appears whole or not at all."""
    with open(source, "rb") as original, atomic(target, staging) as copy:
        shutil.copyfileobj(original, copy, 1 << 20)


def _mode(path: Path) -> int:
    """The rights that a file written the ordinary way would have: those it has, else what the umask leaves."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode) & 0o777  # no result runs as anybody
    return 0o666 & ~_umask()


@lru_cache(maxsize=1)
def _umask() -> int:
    """Asked once: to read it one must set it, which files that other threads make meanwhile would notice."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sentence(path: Path, code: int) -> str:
    words = _SENTENCES.get(code, f"“{{name}}” could not be written in {{folder}}: {os.strerror(code)}.")
    return words.format(name=path.name, folder=f"“{path.parent}”")
