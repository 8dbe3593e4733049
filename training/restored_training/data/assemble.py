"""The training photographs, from where they came: for whoever has no copy of them.

A list in the repository names every photograph: its Debian package or public repository, its place in there, its size, the sha256
of the copy that the shipped weights were trained on, and a fingerprint of its looks. What can be had is fetched, brought to that
size and compared; the rest is named with the reason. Copies are not equal byte for byte (another JPEG encoder made the first
ones), so each carries the first one's sha256: what is kept out of training stays kept out.
"""

import csv
import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from PIL import Image

from .photographs import SUFFIXES, DataError, decode, photo_files, read_manifest, write_pack

LIST: Final = Path(__file__).parents[2] / "data" / "photographs.tsv"
REPOSITORIES: Final = "https://github.com"
ALIKE: Final = 10
"""Bits of 64 in which the looks of two copies of one photograph may differ; of two photographs about 32 do."""
_COLUMNS: Final = ("file", "original", "source", "licence", "author", "tier", "width", "height", "sha256", "looks")
_QUALITY: Final = 91
_RESOURCES: Final = ".rcc"
_SAME_SHAPE: Final = 0.01

Say = Callable[[str], None]
Found = Iterator[tuple[str, bytes]]
"""Paths inside a package or repository, and the files' bytes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of the list. holder: "debian:NAME" or "github:OWNER/NAME@COMMIT"; inside: a path, or the end of one, in there."""

    row: dict[str, str]
    holder: str
    inside: str

    @property
    def file(self) -> str:
        return self.row["file"]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return int(self.row["width"]), int(self.row["height"])


@dataclass(frozen=True, slots=True)
class Assembled:
    """index: of the pack that was written. missing: file -> why."""

    index: Path | None
    files: tuple[str, ...]
    missing: dict[str, str]


def looks(pixels: np.ndarray) -> int:
    """64 bits: where a picture, (H, W, 3) uint8, grows brighter to the right, on a grid of 9 x 8 (difference hash)."""
    small = np.asarray(Image.fromarray(pixels).convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return int.from_bytes(np.packbits(small[:, 1:] > small[:, :-1]).tobytes(), "big")


def record(folders: Iterable[Path], to: Path) -> int:
    """Write the list for folders of photographs with their `manifest.tsv`. Returns how many there are."""
    rows = []
    for folder in folders:
        known = read_manifest(folder)
        for file in photo_files(folder):
            about = known.get(file.name, {})
            pixels = decode(file.content, file.name)
            size = {"width": str(pixels.shape[1]), "height": str(pixels.shape[0])}
            name = f"{folder.name}/{file.name}"
            rows.append({**about, "file": name, "sha256": file.sha256, "looks": f"{looks(pixels):016x}", **size})
    with to.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, _COLUMNS, delimiter="\t", lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def read_list(path: Path = LIST) -> list[Wanted]:
    """Raises DataError when it is no such list."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
        return [Wanted(row, *_place(row["source"], row["original"])) for row in rows]
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise DataError(f"{path} is not a list of photographs: {error}.") from error


def _place(source: str, original: str) -> tuple[str, str]:
    """ "debian:NAME=VERSION:PATH" -> "debian:NAME" and PATH; a version may hold colons, and the path may be missing."""
    kind, _, rest = source.partition(":")
    if kind == "debian":
        head, _, tail = rest.partition("=" if "=" in rest else ":")
        path = tail.rpartition(":")[2] if ":" in tail or "=" not in rest else ""
        return f"debian:{head}", path or PurePosixPath(original).name
    if kind == "github":
        head, _, path = rest.partition(":")
        return f"github:{head}", path or original
    return source, ""


def assemble(
    wanted: Sequence[Wanted],
    out: Path,
    *,
    packages: Path | None = None,
    repositories: str = REPOSITORIES,
    say: Say = lambda sentence: None,
) -> Assembled:
    """Fetch, compare and pack photographs into `out`, as `pack` does; what a run may name as `data.photographs` is the index.

    packages: a folder of Debian packages, in place of downloading them with apt. repositories: where OWNER/NAME lies.
    """
    missing: dict[str, str] = {}
    entries: dict[str, tuple[Wanted, bytes]] = {}
    for holder in dict.fromkeys(item.holder for item in wanted):
        mine = [item for item in wanted if item.holder == holder]
        say(f"{holder}: {len(mine)} photographs")
        try:
            with tempfile.TemporaryDirectory(prefix="restored-assemble-") as folder:
                for item, content in _best(mine, _files(holder, Path(folder), packages, repositories)).items():
                    entries[item] = next(each for each in mine if each.file == item), content
        except (OSError, subprocess.SubprocessError, tarfile.TarError, DataError) as error:
            missing.update(dict.fromkeys((item.file for item in mine), _reason(error)))
        for item in mine:
            if item.file not in entries:
                missing.setdefault(item.file, "no picture in there looks like it")
    done = [entries[item.file] for item in wanted if item.file in entries]
    if not done:
        return Assembled(None, (), missing)
    index = write_pack(
        ((item.file, content, item.row["sha256"]) for item, content in done),
        [{**item.row} for item, _ in done],
        out,
    )
    return Assembled(index, tuple(item.file for item, _ in done), missing)


def _best(wanted: Sequence[Wanted], found: Found) -> dict[str, bytes]:
    """For every photograph the file that looks most like it, brought to its size, as JPEG."""
    best: dict[str, tuple[int, bytes]] = {}
    for path, content in found:
        candidates = [item for item in wanted if _may_be(item, PurePosixPath(path))]
        try:
            pixels = decode(content, path) if candidates else None
        except DataError:
            continue
        for item in candidates:
            assert pixels is not None
            shown = _cut(pixels, item.size)
            apart = (looks(shown) ^ int(item.row["looks"], 16)).bit_count()
            if apart <= ALIKE and (item.file not in best or apart < best[item.file][0]):
                best[item.file] = apart, _jpeg(_sized(shown, item.size))
    return {file: content for file, (_, content) in best.items()}


def _may_be(item: Wanted, path: PurePosixPath) -> bool:
    """Whether a path is the one that the list names, or lies where it does when that names a folder."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    named = PurePosixPath(item.inside)
    if path.parent.suffix == _RESOURCES:  # its names are not read
        return named.suffix == path.suffix
    return path.name == named.name or (not named.suffix and named.name in path.parts)


def _cut(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut about the centre to the shape of width x height, when its own is another."""
    height, width = pixels.shape[:2]
    ratio = (width / height) / (size[0] / size[1])
    if abs(ratio - 1) <= _SAME_SHAPE:
        return pixels
    wide, high = (round(width / ratio), height) if ratio > 1 else (width, round(height * ratio))
    left, top = (width - wide) // 2, (height - high) // 2
    return np.ascontiguousarray(pixels[top : top + high, left : left + wide])


def _sized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """To width x height."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()


def _files(holder: str, folder: Path, packages: Path | None, repositories: str) -> Found:
    kind, _, name = holder.partition(":")
    if kind == "debian":
        yield from _in_package(_package(name, folder, packages))
    elif kind == "github":
        yield from _in_repository(*name.split("@"), folder=folder, base=repositories)
    else:
        raise DataError("it is neither in a Debian package nor in a public repository")


def _package(name: str, folder: Path, packages: Path | None) -> Path:
    if packages is not None:
        found = sorted(packages.glob(f"{name}_*.deb"))
        if not found:
            raise DataError(f"there is no package {name} in {packages}")
        return found[-1]
    if shutil.which("apt-get") is None:
        raise DataError("there is no apt here to download it with; name a folder of Debian packages")
    # apt compares the package with the index's hash
    _run("apt-get", "download", "--quiet", name, cwd=folder)
    return next(folder.glob("*.deb"))


def _in_package(package: Path) -> Found:
    if shutil.which("dpkg-deb") is None:
        raise DataError("there is no dpkg-deb here to open it with")
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                suffix = PurePosixPath(member.name).suffix.lower()
                if stream is not None and suffix in SUFFIXES:
                    yield member.name, stream.read()
                elif stream is not None and suffix == _RESOURCES:
                    yield from _in_resources(member.name, stream.read())
        process.stdout.read()  # what follows the archive's end, or dpkg-deb complains


def _in_resources(name: str, content: bytes) -> Found:
    """The WebP pictures of a Qt resource file, which lie in it as they are: RIFF, four bytes of length, WEBP."""
    start = content.find(b"RIFF")
    while start >= 0:
        if content[start + 8 : start + 12] == b"WEBP":
            length = int.from_bytes(content[start + 4 : start + 8], "little") + 8
            yield f"{name}/{start}.webp", content[start : start + length]
        start = content.find(b"RIFF", start + 4)


def _in_repository(name: str, commit: str = "HEAD", *, folder: Path, base: str) -> Found:
    _run("git", "clone", "--quiet", "--filter=blob:none", "--no-checkout", f"{base}/{name}", "copy", cwd=folder)
    copy = folder / "copy"
    listed = _run("git", "ls-tree", "-r", "-z", "--name-only", commit, cwd=copy).decode("utf-8", "surrogateescape").split("\0")
    for path in listed:
        if PurePosixPath(path).suffix.lower() in SUFFIXES:
            yield path, _run("git", "show", f"{commit}:{path}", cwd=copy)


def _run(*command: str, cwd: Path) -> bytes:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=True, timeout=1800).stdout


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"{error.cmd[0]} could not fetch it ({lines[-1][:160] if lines else f'exit {error.returncode}'})"
    return str(error)
