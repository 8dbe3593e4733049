"""Bundles from elsewhere: looked at whole before anything is installed, which takes a trusted signature or a question."""

import errno
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import files, installed
from .base import ModelError
from .bundle import Bundle, load_bundle
from .manifest import MANIFEST, Manifest
from .signature import LARGEST, SIGNATURE, PublicKey, signer, trusted_keys

LARGEST_BUNDLE: Final = 8 << 30
MOST_PACKED: Final = 100
"""How many times as large a file of a .zip may be as it is packed: weights hardly shrink at all, a bomb a thousand times."""

Read = Callable[[str, int], bytes]
"""A file's content by its name in the bundle, of at most so many bytes. Raises OSError or KeyError."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A bundle, read whole and checked. signed_by: the trusted key that signed it; unknown_signature: somebody else did."""

    manifest: Manifest
    contents: dict[str, bytes]
    signed_by: PublicKey | None
    unknown_signature: bool

    @property
    def question(self) -> str:
        """What somebody should know before it is installed without a trusted signature."""
        manifest = self.manifest
        size = sum(map(len, self.contents.values())) / 1e6
        signed = "signed by a key that you have not said you trust" if self.unknown_signature else "not signed"
        return (
            f"The model “{manifest.name}” (version {manifest.version[:40]}, family {manifest.family[:40]}, {size:.1f} MB, "
            f"licence {manifest.licence[:60]}) is {signed}. It holds numbers only, no program; what it makes of your pictures is "
            "its maker's word. Install it?"
        )


def keys_folder() -> Path:
    """Where the keys lie that the user trusts: `keys` beside the imported bundles."""
    return installed.user_bundles().parent / "keys"


def read_foreign(source: Path) -> Foreign:
    """A bundle's folder, or a .zip of it, read and checked: every file's name, size and sha256, and the signature.

    Raises ModelError, also for a signature by a trusted key that does not fit.
    """
    if source.is_dir():
        return _read(lambda name, most: files.read_file(source, name, most), str(source))
    try:
        if source.exists() and not source.is_file():  # a device has no end in which to look for what a .zip holds
            raise OSError(errno.EINVAL, "it is not an ordinary file")
        with zipfile.ZipFile(source) as archive:
            inner = _prefix(archive)
            return _read(lambda name, most: _unzipped(archive, inner + name, most), str(source))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zipfile.LargeZipFile) as wrong:
        raise ModelError(f"{source} is neither a model's folder nor a .zip of one.") from wrong


def install(foreign: Foreign) -> Bundle:
    """Put it among the user's bundles, all or nothing; one of the same name is replaced. Raises ModelError."""
    name, place = foreign.manifest.name, installed.user_bundles()
    if installed.list_bundles().get(name, place / name).parent != place:
        raise ModelError(f"“{name}” is the name of a model that ships with restored, so this one is not installed.")
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".new-") as new:
        fresh = Path(new) / name
        for file, content in foreign.contents.items():
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            (fresh / file).write_bytes(content)
        if (place / name).is_symlink():
            (place / name).unlink()
        elif (place / name).exists():
            shutil.move(place / name, Path(new) / "old")
        fresh.rename(place / name)
    return load_bundle(name)


def _read(read: Read, source: str) -> Foreign:
    try:
        written = read(MANIFEST, files.LARGEST_MANIFEST)
    except (OSError, KeyError) as lost:
        raise ModelError(f"{source} is not a model: it has no {MANIFEST}.") from lost
    manifest = Manifest.from_json(written)
    contents = {MANIFEST: written}
    left = LARGEST_BUNDLE
    for name, digest in manifest.files.items():
        try:
            contents[name] = read(name, min(left, files.LARGEST_FILE))
        except (OSError, KeyError) as lost:
            raise ModelError(f"The model in {source} is incomplete: {name} cannot be read.") from lost
        left -= len(contents[name])
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise ModelError(f"The model in {source} is damaged: {name} is not the file it was made with.")
    try:
        signature = read(SIGNATURE, LARGEST)
    except (OSError, KeyError):
        return Foreign(manifest, contents, None, False)
    by = signer(written, signature.decode("utf-8", "replace"), trusted_keys(keys_folder()))
    return Foreign(manifest, {**contents, SIGNATURE: signature}, by, by is None)


def _prefix(archive: zipfile.ZipFile) -> str:
    """The folder inside a .zip, when the whole bundle lies in one."""
    manifests = [name for name in archive.namelist() if name == MANIFEST or name.endswith(f"/{MANIFEST}")]
    nearest = min(manifests, key=lambda name: name.count("/"), default=MANIFEST)
    return nearest.removesuffix(MANIFEST)


def _unzipped(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > MOST_PACKED * info.compress_size + files.LARGEST_MANIFEST:
        raise OSError(f"{name} is packed so small that it is no model's file")
    try:
        with archive.open(info) as file:
            content = file.read(most + 1)
    except Exception as damaged:  # each way of packing has its own: zlib.error, LZMAError, EOFError, and zipfile's
        raise OSError(f"{name} cannot be unpacked") from damaged
    if len(content) > most:
        raise OSError(f"{name} is larger than {most:,} bytes")
    return content
