"""A file's bytes, read once: what is decoded, compared and copied is then one and the same, whatever happens to the file."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import PictureError

MOST_BYTES: Final = 4 << 30
MOST_PIPED: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file. mark: its size and its time of change (ns) before they were read. piped: it was a pipe, which
    nobody can read again."""

    data: bytes
    mark: tuple[int, int]
    piped: bool

    def digest(self) -> str:
        """The bytes' SHA-256."""
        return hashlib.sha256(self.data).hexdigest()


def content_of(path: Path) -> Content:
    """Raises PictureError with a sentence."""
    try:
        content = _bounded(path)
    except FileNotFoundError:
        raise PictureError(f"There is no file “{path}”.") from None
    except IsADirectoryError:
        raise PictureError(f"“{path}” is a folder. For all pictures in a folder there is `restored batch`.") from None
    except OSError as error:
        raise PictureError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    if not content.data:
        raise PictureError(f"“{path.name}” is empty: there is no picture in it.")
    return content


def _bounded(path: Path) -> Content:
    """A file's content. A pipe may be one; a device that never ends, or more than a picture can be, is refused."""
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
            raise PictureError(f"“{path}” is a device, not a picture.")
        piped = not stat.S_ISREG(status.st_mode)
        data = b"" if status.st_size > MOST_BYTES else file.read(MOST_PIPED if piped else status.st_size + 1)
    if status.st_size > MOST_BYTES or len(data) == MOST_PIPED:
        raise PictureError(f"“{path.name}” is larger than any photograph, so it is not opened.")
    return Content(data, (status.st_size, status.st_mtime_ns), piped)
