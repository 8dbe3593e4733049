"""A download is what its author signed (minisign, see `restored.models.signature`): checked before anything of it is opened."""

import errno
from pathlib import Path
from typing import Final

from restored.ground.bounded import read_bounded
from restored.ground.errors import ModelError
from restored.models.signature import LARGEST, PublicKey, read_key, signer

from . import StandaloneError

DOWNLOAD: Final = 4 << 30
"""Bytes of the largest file that can be one."""


def read_public(path: Path) -> PublicKey:
    """The key that came with the program. Raises StandaloneError."""
    try:
        return read_key(read_bounded(path, LARGEST).decode("utf-8"), "the makers of restored")
    except (OSError, ValueError) as error:
        raise StandaloneError("The key that updates are checked with cannot be read. Install restored again.") from error


def verify(file: Path, signature: Path, key: PublicKey) -> bytes:
    """The file's content, to be used in place of the file, which may be another by then. Raises StandaloneError with a sentence
    unless the key's owner signed just that."""
    try:
        said = read_bounded(signature, LARGEST).decode("utf-8")
    except FileNotFoundError as error:
        raise StandaloneError(f"The signature {signature.name} is not beside {file.name}. Download both.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise StandaloneError(f"{signature.name} is not a signature. Download it again.") from error
    try:
        content = read_bounded(file, DOWNLOAD)
        owner = signer(content, said, [key])
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise StandaloneError(f"{file.name} is too large to be a version of restored. Nothing was changed.") from error
        raise StandaloneError(f"{file} cannot be read ({error.strerror}).") from error
    except ModelError as error:
        if error.__cause__ is None:
            raise StandaloneError(f"{signature.name} is not a signature. Download it again.") from error
        raise StandaloneError(f"{file.name} is not what was signed: it is damaged, or not ours. Nothing was changed.") from error
    if owner is None:
        raise StandaloneError(f"{file.name} was signed with a key that is not ours. Nothing was changed.")
    return content
