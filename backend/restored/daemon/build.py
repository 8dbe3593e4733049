"""Which build of restored this is, and whether another one was installed since."""

import hashlib
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def build_id() -> str:
    """Changes whenever the program's files do. Made from names, sizes and times, so that asking costs a millisecond."""
    if getattr(sys, "frozen", False):
        files = [Path(sys.executable)]
    else:
        import restored_client

        folders = (PACKAGE, Path(restored_client.__file__).parent)
        files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        try:
            status = file.stat()
        except OSError:  # an installer is at work
            continue
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
