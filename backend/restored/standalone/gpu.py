"""The GPU pack: PyTorch for NVIDIA GPUs, which the program does without, as files that a person downloads and hands over.

A list that ships with the program (`gpu.json`) names the pack's parts with their sha256; nothing else is ever unpacked. A pack is
there completely or not at all: it is unpacked beside its place and then renamed.
"""

import hashlib
import lzma
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from restored.ground.bounded import read_json

from . import StandaloneError

LIST: Final = Path(__file__).with_name("gpu.json")
PIECE: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the pack; each is below the 2 GiB that download sites allow."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What `gpu.json` says: id names the versions inside, size is what the unpacked pack takes."""

    id: str
    size: int
    parts: tuple[Part, ...]

    @classmethod
    def known(cls, path: Path = LIST) -> "Pack":
        """The pack that this program was made for. Raises StandaloneError when it was made for none."""
        try:
            data = read_json(path)
            return cls(str(data["id"]), int(data["size"]), tuple(Part(**part) for part in data["parts"]))
        except FileNotFoundError as error:
            raise StandaloneError("There is no GPU pack for this version of the program.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StandaloneError("The list of the GPU pack is damaged. Install restored again.") from error


def home() -> Path:
    """Where packs are unpacked."""
    from .folders import data_dir

    return data_dir() / "gpu"


def installed(pack: Pack, where: Path) -> bool:
    """Whether this very pack is there, whole."""
    return (where / pack.id / "complete").is_file()


def install(files: Sequence[Path], pack: Pack, where: Path) -> Path:
    """Check every part, unpack, and put the pack in place of any other. Returns its folder. Raises StandaloneError; then what was
    there before still is.

    files: the parts in any order, or one folder that has them.
    """
    parts = _Joined(_checked(files, pack), pack.parts)
    try:
        where.mkdir(parents=True, exist_ok=True)
        for cut_off in where.glob(".new-*"):  # by a power cut, or a kill: gigabytes that would stand in the way
            shutil.rmtree(cut_off, ignore_errors=True)
        free = shutil.disk_usage(where).free
        if free < pack.size:
            raise StandaloneError(
                f"The GPU pack takes {pack.size / 1e9:.1f} GB and {free / 1e9:.1f} GB are free. Nothing was changed."
            )
        with _beside(where) as new:
            with tarfile.open(fileobj=cast("IO[bytes]", parts), mode="r|xz") as archive:
                archive.extractall(new, filter="data")
            parts.finish()
            (new / "complete").write_text(pack.id, encoding="utf-8")
            place = where / pack.id
            _clear(place)
            new.rename(place)
        for other in where.iterdir():  # only now: whoever is stopped before has the one or the other
            if other != place:
                _clear(other)
        return place
    except (OSError, tarfile.TarError, EOFError, lzma.LZMAError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise StandaloneError(f"The GPU pack cannot be unpacked in {where} ({why}). The processor computes as before.") from error


def remove(where: Path) -> bool:
    """Take every pack away; False when there was none. Raises StandaloneError for what cannot be taken away."""
    there = where.is_dir()
    for each in where.glob("*"):
        _clear(each)
    shutil.rmtree(where, ignore_errors=True)
    if where.is_dir():
        raise StandaloneError(f"Some of {where} is in use or cannot be removed. Run “restored daemon stop”, then this again.")
    return there


def activate(pack: Pack | None = None, where: Path | None = None) -> bool:
    """Let Python find the pack's modules, after everything the program has itself. False when it is not there, or half there."""
    try:
        pack, where = pack or Pack.known(), where or home()
    except StandaloneError:
        return False
    if not installed(pack, where):
        return False
    folder = str(where / pack.id)
    if folder not in sys.path:
        sys.path.append(folder)
    return True


def _clear(pack: Path) -> None:
    """Take a pack away, its mark first: what cannot all be removed is then half a pack, which is none."""
    with suppress(OSError):
        (pack / "complete").unlink()
    shutil.rmtree(pack, ignore_errors=True)


def _checked(files: Sequence[Path], pack: Pack) -> list[Path]:
    gone = [str(file) for file in files if not file.exists()]
    if gone:
        raise StandaloneError(f"There is no {', '.join(gone)}.")
    given = [inside for file in files for inside in (sorted(file.iterdir()) if file.is_dir() else [file])]
    by_name = {file.name: file for file in given}
    missing = [part.name for part in pack.parts if part.name not in by_name]
    if missing:
        raise StandaloneError(f"The GPU pack for this version has {len(pack.parts)} files. Not given: {', '.join(missing)}")
    for part in pack.parts:
        file = by_name[part.name]
        try:
            good = file.is_file() and file.stat().st_size == part.size  # a pipe would be waited for
            if good:
                with file.open("rb") as opened:
                    good = hashlib.file_digest(opened, "sha256").hexdigest() == part.sha256
        except OSError as error:
            raise StandaloneError(f"{file} cannot be read ({error.strerror}).") from error
        if not good:
            raise _another(part)
    return [by_name[part.name] for part in pack.parts]


@contextmanager
def _beside(where: Path) -> Iterator[Path]:
    new = Path(tempfile.mkdtemp(dir=where, prefix=".new-"))
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _another(part: Part) -> StandaloneError:
    return StandaloneError(f"{part.name} is not the file that belongs to this version: download it again. Nothing was changed.")


class _Joined:
    """Files read one after the other, as one. What is read is checked once more: since it was first looked at, somebody may have
    put another file there."""

    def __init__(self, paths: Sequence[Path], parts: Sequence[Part]) -> None:
        self._left = list(zip(paths, parts, strict=True))
        self._open: Any = None
        self._sum: Any = None

    def read(self, size: int = -1) -> bytes:
        """Raises StandaloneError at the end of a file that is not what it was."""
        while self._left:
            path, part = self._left[0]
            if self._open is None:
                self._open, self._sum = path.open("rb"), hashlib.sha256()
            data = self._open.read(PIECE if size < 0 else size)
            if data:
                self._sum.update(data)
                return data
            self._open.close()
            self._open = None
            self._left.pop(0)
            if self._sum.hexdigest() != part.sha256:
                raise _another(part)
        return b""

    def finish(self) -> None:
        """Read what is left behind the archive's end, so that every file was seen whole."""
        while self.read():
            pass
