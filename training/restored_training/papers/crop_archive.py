"""The one archive of free photographs that the papers' experiments read: lively crops, trained on or kept out, in an .npz."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

SIDE: Final = 144
"""Pixels of a training crop, each way: 64 px patches with room for a 9 px kernel, at scales 1 and 1/2."""
TEST_SIDE: Final = 128


@dataclass(frozen=True, slots=True)
class Crops:
    """train: (N, 144, 144, 3), test: (M, 128, 128, 3) uint8 from photographs that are never trained on; names of the latter;
    stored: how those to train on came here."""

    train: np.ndarray
    test: np.ndarray
    names: tuple[str, ...]
    stored: str = "to the byte"

    def about(self) -> dict[str, Any]:
        """What a result says about what it was trained on; kept-out crops are always exact."""
        return {"train": len(self.train), "stored": self.stored, "test": len(self.test)}

    def save(self, path: Path, quality: int | None = None) -> None:
        """Differences between neighbours, compressed: three fifths of the bytes, and every pixel comes back. With a quality the
        crops to train on become JPEG (a third of that) and the kept-out ones lossless WebP, for a machine that takes little."""
        if quality is not None:
            train, sizes = _coded(self.train, format="JPEG", quality=quality, subsampling=0)
            test, others = _coded(self.test, format="WEBP", lossless=True, method=6)
            names = np.array(self.names)
            with path.open("wb") as file:
                np.savez(
                    file,
                    coded_train=train,
                    train_sizes=sizes,
                    coded_test=test,
                    test_sizes=others,
                    names=names,
                    quality=np.array(quality),
                )
            return
        with path.open("wb") as file:
            np.savez_compressed(file, train=_differences(self.train), test=_differences(self.test), names=np.array(self.names))

    @classmethod
    def load(cls, path: Path) -> "Crops":
        with np.load(path, allow_pickle=False) as file:
            if "coded_train" in file:
                train, test = (_decoded(file[f"coded_{part}"], file[f"{part}_sizes"]) for part in ("train", "test"))
                return cls(train, test, tuple(map(str, file["names"])), f"as JPEG of quality {int(file['quality'])}")
            return cls(_sums(file["train"]), _sums(file["test"]), tuple(map(str, file["names"])))


def build(folders: Sequence[Path], *, longest: int = 800, limit: int | None = None) -> Crops:
    """From every photograph, reduced to `longest` pixels at most, the liveliest of several places; kept-out ones (sha256 begins
    with 0 or 1) make two test crops each."""
    from ..data.photographs import PhotoSet

    train, test, names = [], [], []
    for folder in folders:
        photos = PhotoSet(folder, "all", longest=longest, limit=limit)
        for image, about in zip(photos.images, photos.manifest, strict=True):
            if about["sha256"].startswith(("0", "1")):
                found = liveliest(image, TEST_SIDE, 2)
                test += found
                names += [f"{folder.name}/{about['file']}#{index}" for index in range(len(found))]
            else:
                train += liveliest(image, SIDE, 1)
    return Crops(np.stack(train), np.stack(test), tuple(names))


def liveliest(image: np.ndarray, side: int, count: int) -> list[np.ndarray]:
    """The `count` places of most gradient energy on a grid of half a side that do not overlap; fewer in a small picture."""
    height, width = image.shape[:2]
    green = image[..., 1].astype(np.float32)
    places = [(y, x) for y in range(0, height - side + 1, side // 2) for x in range(0, width - side + 1, side // 2)]

    def energy(place: tuple[int, int]) -> float:
        part = green[place[0] : place[0] + side, place[1] : place[1] + side]
        return float(np.abs(np.diff(part, axis=0)).mean() + np.abs(np.diff(part, axis=1)).mean())

    chosen: list[tuple[int, int]] = []
    for y, x in sorted(places, key=energy, reverse=True):
        if len(chosen) < count and all(abs(y - a) >= side or abs(x - b) >= side for a, b in chosen):
            chosen.append((y, x))
    return [image[y : y + side, x : x + side] for y, x in chosen]


def _coded(images: np.ndarray, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """Pictures as files behind one another, uint8, and how long each is."""
    files = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, **options)
        files.append(file.getvalue())
    return np.frombuffer(b"".join(files), np.uint8), np.array([len(file) for file in files])


def _decoded(coded: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    parts = np.split(coded, np.cumsum(sizes)[:-1])
    return np.stack([np.asarray(Image.open(io.BytesIO(part.tobytes())).convert("RGB")) for part in parts])


def _differences(images: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) -> (N, 3, H, W): red and blue beside green, then each pixel beside its left neighbour, all modulo 256."""
    planes = images.transpose(0, 3, 1, 2).copy()
    planes[:, 0::2] -= planes[:, 1:2]
    return np.diff(planes, axis=3, prepend=np.zeros_like(planes[..., :1]))


def _sums(differences: np.ndarray) -> np.ndarray:
    planes = np.cumsum(differences, axis=3, dtype=np.uint8)
    planes[:, 0::2] += planes[:, 1:2]
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
