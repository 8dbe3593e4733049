"""Reading a bundle's files: inside its folder, of a bounded size, and nothing that would keep a reader waiting."""

import errno
from pathlib import Path, PurePosixPath
from typing import Final

from restored.ground.bounded import read_bounded

from .base import ModelError
from .manifest import MANIFEST

SHIPPED: Final = Path(__file__).resolve().parents[1] / "bundles"

LARGEST_MANIFEST: Final = 4 << 20
LARGEST_FILE: Final = 4 << 30


def read_manifest(folder: Path) -> bytes:
    """The content of a bundle's `bundle.json`. Raises ModelError with a sentence."""
    try:
        return read_file(folder, MANIFEST, LARGEST_MANIFEST)
    except (FileNotFoundError, NotADirectoryError) as lost:
        raise ModelError(f"{folder} is not a model: it has no {MANIFEST}.") from lost
    except OSError as lost:
        raise ModelError(f"The {MANIFEST} in {folder} cannot be read: {lost.strerror or lost}.") from lost


def read_file(folder: Path, name: str, largest: int = LARGEST_FILE) -> bytes:
    """The content of a file by its name in the bundle. Raises OSError, also for what is no ordinary file, leads out of the folder
    by a link, or is larger than `largest` bytes. (Some installers link what ships: those links are followed.)"""
    linked = folder.parent == SHIPPED
    path = folder
    for part in PurePosixPath(name).parts:
        path = path / part
        if not linked and path.is_symlink():
            raise OSError(errno.ELOOP, "it is a link", str(path))
    return read_bounded(path, largest)
