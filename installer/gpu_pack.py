"""Makes the GPU pack: torch and what it needs, without what it does not need to run, in parts below 2 GiB, and `gpu.json`.

    python installer/gpu_pack.py OUT -- torch==2.13.0 [options of pip, such as --index-url ...]

Everything after `--` is pip's. The list goes into the program (`installer/build.py --gpu OUT/gpu.json`), the parts to where
people download them. Run with the Python that the program is frozen with: the pack's modules are of that version.
"""

import argparse
import hashlib
import json
import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Final, cast

PART: Final = 1_900_000_000
"""Bytes of a part at most: release assets must stay below 2 GiB."""

DROPPED: Final = ("include", "test", "share", "utils/benchmark", "utils/bottleneck")
"""Folders of torch that nothing that only runs networks asks for."""

OWN: Final = ("numpy", "numpy.libs", "bin", "setuptools", "pkg_resources", "_distutils_hack", "pip", "functorch")
"""What the program has itself, or what only installs."""


class Parts:
    """A file to write to that becomes several, each with its sha256."""

    def __init__(self, folder: Path, name: str, limit: int) -> None:
        self._folder, self._name, self._limit = folder, name, limit
        self.parts: list[dict[str, object]] = []
        self._file: IO[bytes] | None = None
        self._digest, self._size = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            if self._file is None:
                self._file = (self._folder / f"{self._name}.part{len(self.parts) + 1}").open("wb")
                self._digest, self._size = hashlib.sha256(), 0
            piece = left[: self._limit - self._size]
            self._file.write(piece)
            self._digest.update(piece)
            self._size += len(piece)
            left = left[len(piece) :]
            if self._size == self._limit:
                self.close()
        return len(data)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            name = Path(self._file.name).name
            self.parts.append({"name": name, "size": self._size, "sha256": self._digest.hexdigest()})
            self._file = None


def prune(folder: Path) -> None:
    """Take away what is not needed to run."""
    for name in DROPPED:
        shutil.rmtree(folder / "torch" / name, ignore_errors=True)
    for path in list(folder.iterdir()):
        if path.name in OWN or path.name.split("-")[0].lower() in ("numpy", "setuptools", "pip"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in list(folder.rglob("*")):
        if path.name == "__pycache__":
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix in (".a", ".lib", ".h", ".pyi", ".cmake") and path.is_file():
            path.unlink()


def pack(folder: Path, out: Path, identity: str, *, preset: int = 6, limit: int = PART) -> Path:
    """Write the parts and gpu.json of what the folder holds; returns gpu.json."""
    out.mkdir(parents=True, exist_ok=True)
    parts = Parts(out, f"restored-gpu-{identity}.tar.xz", limit)
    with lzma.open(cast("IO[bytes]", parts), "wb", preset=preset) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    parts.close()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    target = out / "gpu.json"
    target.write_text(json.dumps({"id": identity, "size": size, "parts": parts.parts}, indent=1) + "\n", encoding="utf-8")
    return target


def main() -> None:
    """Install with pip into a folder, prune, pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", type=int, default=6, help="how hard xz tries")
    parser.add_argument("pip", nargs="+", help="what pip is to install")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.out.parent) as work:
        folder = Path(work)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, *chosen.pip], check=True)
        version = next(folder.glob("torch-*.dist-info")).name.removeprefix("torch-").removesuffix(".dist-info")
        prune(folder)
        print(pack(folder, chosen.out, f"torch-{version}-py{sys.version_info[0]}{sys.version_info[1]}", preset=chosen.preset))


if __name__ == "__main__":
    main()
