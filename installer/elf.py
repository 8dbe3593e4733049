"""Makes Linux libraries smaller without breaking those that auditwheel moved."""

import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Final

PAGE: Final = 4096
_LOAD: Final = 1


def loads(content: bytes) -> bool:
    """Whether the kernel can map a 64-bit ELF file: what `strip` breaks where patchelf has moved segments."""
    if content[:4] != b"\x7fELF":
        return False
    (table,) = struct.unpack_from("<Q", content, 32)
    (count,) = struct.unpack_from("<H", content, 56)
    for index in range(count):
        kind, _, offset, address, _, _, _, align = struct.unpack_from("<IIQQQQQQ", content, table + 56 * index)
        if kind == _LOAD and (offset - address) % max(align, PAGE):
            return False
    return True


def strip(folder: Path) -> int:
    """Take symbols that nothing needs out of every library below the folder; returns the bytes that this saved."""
    saved = 0
    with tempfile.TemporaryDirectory() as work:
        smaller = Path(work) / "library"
        for path in sorted(folder.rglob("*.so*")):
            if path.is_symlink() or not path.is_file() or not loads(path.read_bytes()):
                continue
            done = subprocess.run(["strip", "--strip-unneeded", "-o", smaller, path], capture_output=True, check=False)
            if done.returncode == 0 and loads(smaller.read_bytes()):
                saved += path.stat().st_size - smaller.stat().st_size
                shutil.copymode(path, smaller)
                os.replace(shutil.copy2(smaller, path.with_name(path.name + ".new")), path)
    return saved
