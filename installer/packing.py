"""A folder as .tar.xz, more than once with other things around it: the contents of its large files are packed once for all.

Nine tenths of the program are in two dozen files. Each is a block of its own, packed beside others on every core.
"""

import lzma
import os
import platform
import tarfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, cast

from xz import Xz

LARGE: Final = 1_000_000
"""Bytes from which on a file is a block of its own. Below, it gains by what stands before it."""

WEIGHTS: Final = ".safetensors"

BEST: Final = 9
"""How hard xz tries for a download; 1 is a twelfth larger and ten times as fast, for trying a build."""

_DICTIONARY: Final = 1 << 26
"""Bytes that liblzma's preset 9 looks back; for less content there is less to hold, here and where it is unpacked."""


class Packing:
    """As a context: what is not needed any more when it ends is not packed."""

    def __init__(self, program: Path, preset: int = BEST) -> None:
        """program: the folder. preset: xz's, 0 to 9."""
        self.program = program
        self._preset = preset
        self._pool = ThreadPoolExecutor(os.cpu_count())  # liblzma works outside of Python's lock
        large = [file for file in program.rglob("*") if _is_content(file)]
        large.sort(key=lambda file: -file.stat().st_size)  # so that no core is left alone with the longest
        self._contents: dict[Path, Future[bytes]] = {file: self._pool.submit(self._content, file) for file in large}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def archive(self, parts: Mapping[str, Path], form: int) -> bytes:
        """Files and folders, the program among them, by their names inside, as .tar.xz; all are root's. form: tarfile's."""
        packed = Xz()
        packed.begin(self._code())
        with tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w", format=form) as archive:
            for name, file in _named(parts):
                if file not in self._contents:
                    archive.add(file, name, recursive=False, filter=_nobodys)
            for name, file in _named(parts):
                if file in self._contents:
                    member = _nobodys(archive.gettarinfo(file, name))
                    packed.write(member.tobuf(archive.format))
                    packed.take(self._contents[file].result(), member.size)
                    packed.begin(self._code())
                    packed.write(bytes(-member.size % tarfile.BLOCKSIZE))
            archive.offset = packed.tell()  # it wrote only some of it, and fills the last record
        return packed.finish()

    def _content(self, file: Path) -> bytes:
        content = file.read_bytes()
        filters = self._weights() if file.suffix == WEIGHTS else self._code()
        filters[-1]["dict_size"] = min(_DICTIONARY, max(4096, len(content)))
        return lzma.compress(content, filters=filters)

    def _code(self) -> list[dict[str, Any]]:
        """For machine code, half of the program, whose jumps pack better as places than as distances."""
        jumps = [{"id": lzma.FILTER_X86}] if platform.machine() in ("x86_64", "AMD64") else []
        return [*jumps, {"id": lzma.FILTER_LZMA2, "preset": self._preset}]

    def _weights(self) -> list[dict[str, Any]]:
        """For numbers of two bytes, of which one says more about the one two before it than about its neighbour: 4.5 % less."""
        return [{"id": lzma.FILTER_LZMA2, "preset": self._preset, "lc": 0, "lp": 1, "pb": 1}]


def _is_content(file: Path) -> bool:
    plain = file.is_file() and not file.is_symlink()
    return plain and (file.suffix == WEIGHTS or file.stat().st_size >= LARGE)


def _named(parts: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Every file, link and folder with its name inside, a folder before what is in it."""
    for name, path in parts.items():
        yield name, path
        for file in sorted(path.rglob("*")):
            yield f"{name}/{file.relative_to(path).as_posix()}", file


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
