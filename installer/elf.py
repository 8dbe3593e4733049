"""Makes Linux libraries smaller without breaking those that auditwheel moved."""

import os
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

PAGE: Final = 4096
_LOAD: Final = 1
_X86_64: Final = 62
_HEADER: Final = 64
_SEGMENT: Final = struct.Struct("<IIQQQQQQ")
_WORTH: Final = 64 << 10
"""Bytes below which a library is left as it came."""


@dataclass(frozen=True)
class _Segment:
    """One program header of a 64-bit ELF file (ELF-64 Object File Format, 1.5, section 7)."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int
    memory: int
    align: int

    def holds(self, place: int) -> bool:
        return self.kind == _LOAD and self.offset <= place < self.offset + self.size


def _segments(content: bytes) -> list[_Segment]:
    (table,) = struct.unpack_from("<Q", content, 32)
    (count,) = struct.unpack_from("<H", content, 56)
    return [_Segment(*_SEGMENT.unpack_from(content, table + _SEGMENT.size * index)) for index in range(count)]


def loads(content: bytes) -> bool:
    """Whether the kernel can map a 64-bit ELF file: what `strip` breaks where patchelf has moved segments."""
    if content[:4] != b"\x7fELF":
        return False
    return not any(each.kind == _LOAD and (each.offset - each.address) % max(each.align, PAGE) for each in _segments(content))


def compact(content: bytes) -> bytes:
    """The same library without what is in the file but never in memory: the list of its sections, symbols, and the gaps of up
    to 2 MB that segments with the alignment of huge pages leave between them. What it cannot move it gives back as it came.
    """
    (machine,) = struct.unpack_from("<H", content, 18)
    if machine != _X86_64:  # elsewhere pages may be larger
        return content
    (table,) = struct.unpack_from("<Q", content, 32)
    segments = _segments(content)
    moved: dict[_Segment, int] = {}
    packed = bytearray()
    for each in sorted((each for each in segments if each.kind == _LOAD and each.size), key=lambda each: each.offset):
        if any(each.offset < other.offset + other.size for other in moved):
            return content
        packed += bytes((each.address - len(packed)) % PAGE)
        moved[each] = len(packed)
        packed += content[each.offset : each.offset + each.size]

    def place(offset: int) -> int:
        """Where a byte of the old file stands in the new one. Raises StopIteration."""
        return next(new + offset - old.offset for old, new in moved.items() if old.holds(offset))

    try:
        if place(0) != 0:
            return content
        new_table = place(table)
        for index, each in enumerate(segments):
            new = replace(
                each,
                offset=place(each.offset) if each.size else 0 if each.kind != _LOAD else each.address % PAGE,
                align=min(each.align, PAGE) if each.kind == _LOAD else each.align,
            )
            _SEGMENT.pack_into(packed, new_table + index * _SEGMENT.size, *vars(new).values())
    except StopIteration:
        return content
    struct.pack_into("<QQ", packed, 32, new_table, 0)  # where the segments are listed; no sections
    struct.pack_into("<HH", packed, 60, 0, 0)
    return bytes(packed)


def shrink(folder: Path) -> int:
    """Take what nothing needs out of every library below the folder; returns the bytes that this saved."""
    saved = 0
    with tempfile.TemporaryDirectory() as work:
        smaller = Path(work) / "library"
        for path in sorted(folder.rglob("*.so*")):
            if path.is_symlink() or not path.is_file() or not loads(path.read_bytes()):
                continue
            before = path.stat().st_size
            done = subprocess.run(["strip", "--strip-unneeded", "-o", smaller, path], capture_output=True, check=False)
            if done.returncode == 0 and loads(smaller.read_bytes()):
                _put(smaller.read_bytes(), path)
            content = path.read_bytes()
            if len(content) - len(less := compact(content)) > _WORTH and loads(less):
                _put(less, path)
            saved += before - path.stat().st_size
    return saved


def _put(content: bytes, path: Path) -> None:
    """In place of the file, whole or not at all: another file may be a hard link of the same one."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    shutil.copymode(path, new)
    os.replace(new, path)
