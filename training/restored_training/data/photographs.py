"""Photographs: reading them, who may be trained on, where each came from; pairs; packing for a rented machine."""

import csv
import hashlib
import io
import tarfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .split_archive import SplitArchiveError, read_facts, read_pieces, write_pieces

SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
HELD_OUT: Final = ("0", "1")
"""Photographs whose file's sha256 starts so are never trained on: test sets and the project's examples use them."""

Split = Literal["train", "heldout", "all"]


class DataError(ValueError):
    """Photographs that cannot be used; the message is a sentence that names the file."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """One photograph: `name` relative to its folder, the file's bytes, their sha256."""

    name: str
    content: bytes
    sha256: str

    @property
    def held_out(self) -> bool:
        return self.sha256.startswith(HELD_OUT)


def decode(content: bytes, name: str) -> np.ndarray:
    """An image file's bytes -> (H, W, 3) uint8, turned upright. Raises DataError with a sentence."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"I cannot read the photograph {name}: it is damaged or not an image ({error}).") from error
    return pixels


def photo_files(folder: Path) -> Iterator[PhotoFile]:
    """Every photograph below a folder, or in a pack (its index file, see `pack`), in the order of their names.

    Raises DataError when there is none.
    """
    if folder.is_file() and folder.suffix == ".json":
        yield from _packed_files(folder)
        return
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()) if folder.is_dir() else []
    if not paths:
        reason = "holds no photographs" if folder.is_dir() else "does not exist"
        raise DataError(f"The folder {folder} {reason}; I look for {', '.join(sorted(SUFFIXES))}.")
    for path in paths:
        content = path.read_bytes()
        yield PhotoFile(path.relative_to(folder).as_posix(), content, hashlib.sha256(content).hexdigest())


class PhotoSet:
    """One or more folders (or packs) of photographs in memory.

    images: list of (H, W, 3) uint8 arrays. manifest: per image a dict of file, sha256, and what the folder's `manifest.tsv`
    says about it (source, licence, author, ...; "unknown" when it says nothing), ready to travel into a bundle.

    split: "train" leaves out the photographs whose sha256 starts with 0 or 1, "heldout" takes only those, "all" takes all.
    unfit: sha256 of photographs to leave out (see `screen`). only: sha256 of those to take,
    which may be none. limit: only the first so many. longest: reduce longer pictures to
    this many pixels on the long side.
    Raises DataError for an unreadable photograph and for an empty folder.
    """

    def __init__(
        self,
        folder: Path | Sequence[Path],
        split: Split = "train",
        *,
        limit: int | None = None,
        longest: int | None = None,
        unfit: Collection[str] = (),
        only: Collection[str] | None = None,
    ) -> None:
        self.images: list[np.ndarray] = []
        self.manifest: list[dict[str, str]] = []
        folders = [folder] if isinstance(folder, Path) else list(folder)
        for file, known in ((file, known) for one in folders for known in [read_manifest(one)] for file in photo_files(one)):
            if limit is not None and len(self.images) >= limit:
                break
            if (split != "all" and file.held_out != (split == "heldout")) or file.sha256 in unfit:
                continue
            if only is not None and file.sha256 not in only:
                continue
            image = decode(file.content, file.name)
            self.images.append(_at_most(image, longest) if longest else image)
            about = known.get(file.name, {})
            kept = {key: about.get(key) or "unknown" for key in ("source", "licence", "author")}
            self.manifest.append({"file": file.name, "sha256": file.sha256, **kept, "tier": about.get("tier", "")})
        if not self.images and only is None:
            names = ", ".join(map(str, folders))
            raise DataError(f"No photograph in {names} belongs to the part “{split}”; put more photographs there.")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def pixels(self) -> int:
        """Pixels of all photographs together."""
        return sum(image.shape[0] * image.shape[1] for image in self.images)


class PairSet:
    """Damaged and clean photographs of the same scenes: two folders with the same file names (suffixes may differ).

    damaged, clean: lists of (H, W, 3) uint8 arrays of equal sizes; names: the files' stems.
    Raises DataError when a partner is missing or of another size.
    """

    def __init__(self, damaged: Path, clean: Path, *, limit: int | None = None) -> None:
        self.damaged: list[np.ndarray] = []
        self.clean: list[np.ndarray] = []
        self.names: list[str] = []
        partners = {_stem(file.name): file for file in photo_files(clean)}
        for file in photo_files(damaged):
            if limit is not None and len(self.names) >= limit:
                break
            partner = partners.get(_stem(file.name))
            if partner is None:
                raise DataError(f"{damaged / file.name} has no clean partner of the same name in {clean}.")
            pair = decode(file.content, file.name), decode(partner.content, partner.name)
            if pair[0].shape != pair[1].shape:
                sizes = " and ".join(f"{image.shape[1]}x{image.shape[0]}" for image in pair)
                raise DataError(f"The pair {file.name} does not match: its two pictures are {sizes} pixels large.")
            self.damaged.append(pair[0])
            self.clean.append(pair[1])
            self.names.append(_stem(file.name))

    def __len__(self) -> int:
        return len(self.names)


def read_manifest(folder: Path) -> dict[str, dict[str, str]]:
    """`manifest.tsv` of a folder or pack as {file: row}; empty when there is none."""
    if folder.is_file():
        text = read_facts(folder).get("manifest", "")
    else:
        path = folder / "manifest.tsv"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {row["file"]: row for row in csv.DictReader(io.StringIO(text), delimiter="\t") if row.get("file")}


# -- packs: one archive in pieces, for machines that take little in at a time


def pack(
    folder: Path | Sequence[Path],
    out: Path,
    *,
    piece_bytes: int = 40_000_000,
    longest: int | None = None,
    quality: int = 92,
    split: Split = "all",
    part: tuple[int, int] = (0, 1),
) -> Path:
    """Put photographs and their manifests into one archive, cut into pieces of at most `piece_bytes`.

    out: a folder; it gets `photographs.000`, ... and `photographs.json` (pieces with sha256, the manifest), whose path is
    returned and which PhotoSet reads directly. longest: also reduce and re-encode longer pictures (JPEG 4:4:4 at `quality`);
    a picture keeps its original's place in train or held-out by its recorded sha256. split: as PhotoSet. part: (i, n), only
    every n-th photograph, from the i-th on: several archives, for a machine that takes in little at a time.
    """
    if piece_bytes < 1_000_000:
        raise DataError("Pieces must have at least one megabyte.")
    folders = [folder] if isinstance(folder, Path) else list(folder)
    rows: list[dict[str, str]] = []

    def entries() -> Iterator[tuple[str, bytes, str]]:
        number = 0
        for one in folders:
            known = read_manifest(one)
            for file in photo_files(one):
                if split != "all" and file.held_out != (split == "heldout"):
                    continue
                number += 1
                if (number - 1) % part[1] != part[0]:
                    continue
                name = file.name if len(folders) == 1 else f"{one.name}/{file.name}"
                if file.name in known:
                    rows.append({**known[file.name], "file": name})
                yield name, _recoded(file, longest, quality) if longest else file.content, file.sha256

    return write_pack(entries(), rows, out, piece_bytes=piece_bytes)


def write_pack(
    entries: Iterable[tuple[str, bytes, str]], rows: Sequence[dict[str, str]], out: Path, *, piece_bytes: int = 40_000_000
) -> Path:
    """Photographs (name, bytes, the sha256 of their originals) and their manifest's rows as a pack; returns its index."""
    hashes: dict[str, str] = {}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content, sha256 in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
            hashes[name] = sha256
    facts = {"original_sha256": hashes, "manifest": _table(rows)}
    return write_pieces(buffer.getbuffer(), out, "photographs", largest=piece_bytes, facts=facts)


def _table(rows: Sequence[dict[str, str]]) -> str:
    """Rows as tab-separated text with every column that any of them has."""
    columns = list(dict.fromkeys(key for row in rows for key in row if key))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, delimiter="\t", lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue() if rows else ""


def _packed_files(index: Path) -> Iterator[PhotoFile]:
    try:
        facts, content = read_facts(index), read_pieces(index)
    except SplitArchiveError as error:
        raise DataError(str(error)) from error
    with tarfile.open(fileobj=io.BytesIO(content), mode="r") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                yield PhotoFile(member.name, stream.read(), facts["original_sha256"][member.name])


def _recoded(file: PhotoFile, longest: int, quality: int) -> bytes:
    image = decode(file.content, file.name)
    if max(image.shape[:2]) <= longest:
        return file.content
    out = io.BytesIO()
    Image.fromarray(_at_most(image, longest)).save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def reduced(image: np.ndarray, scale: float) -> np.ndarray:
    """(H, W, 3) uint8 times `scale` by Lanczos; scales of 1 and above leave it as it is."""
    if scale >= 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def _at_most(image: np.ndarray, longest: int) -> np.ndarray:
    return reduced(image, longest / max(image.shape[:2]))


def _stem(name: str) -> str:
    return Path(name).with_suffix("").as_posix()
