"""What is measured: sets of damaged and clean pictures, each with the plan that should repair it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from restored.instruction.tasks import Task

from ..data.photographs import DataError
from .metrics import crop_to


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: uint8 (H, W, 3) arrays. `baseline` is another way of repairing it, to compare with, when there is one."""

    name: str
    damaged: np.ndarray
    clean: np.ndarray
    baseline: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """A test set: `samples(limit)` yields pictures; `tasks` is the plan; `figures` what the field reports beyond PSNR and SSIM
    ("y", "delta_e"); `border` pixels left out on every side."""

    name: str
    level: str
    tasks: tuple[Task, ...]
    samples: Callable[[int | None], Iterator[Sample]]
    figures: tuple[str, ...] = ()
    border: int = 0
    synthetic: bool = False
    note: str = ""
    tags: frozenset[str] = field(default_factory=frozenset)

    @property
    def title(self) -> str:
        return f"{self.name} {self.level}".strip()


NOISE_LEVELS: Final = (15, 25, 50)
JPEG_QUALITIES: Final = (10, 20, 30, 40)


def bench_sets(bench: Path) -> list[Set]:
    """Every set with truth in a copy of `shared/data/bench`. Folders that are missing are left out; none at all is an error."""
    if not bench.is_dir():
        raise DataError(f"The bench folder {bench} does not exist.")
    sets: list[Set] = []
    if (bench / "CBSD68").is_dir():
        sets += [Set("CBSD68", f"s{s}", ("denoise",), _noisy(bench / "CBSD68", s)) for s in NOISE_LEVELS]
    sets += _paired(bench, "Rain100L", "rain", "norain", "derain", figures=("y",))
    sets += _paired(bench, "LOLv1_eval15", "low", "high", "lowlight")
    sets += _paired(bench, "RESIDE_outdoor_sample20", "hazy", "gt", "dehaze", note="a sample, not SOTS")
    sets += _paired(bench, "SOTS_indoor", "hazy", "gt", "dehaze", note="16 scenes, levels 1-10")
    sets += _paired(bench, "GoPro_sample6", "blur", "sharp", "deblur", note="6 of 1,111 pairs")
    sets += _paired(bench, "PolyU100", "real", "mean", "denoise", note="25 real camera pairs")
    sets += _paired(bench, "FiveK_CURL8", "input", "expertC", "enhance", figures=("delta_e",))
    for name in ("LIVE1", "Classic5"):
        if (bench / name).is_dir():
            sets += [Set(name, f"q{q}", ("dejpeg",), _compressed(bench / name, q), ("y",)) for q in JPEG_QUALITIES]
    for name in ("Set5", "Set14"):
        if (bench / name).is_dir():
            sets += [Set(name, f"x{f}", ("superres",), _reduced(bench / name, f), ("y",), border=f) for f in (2, 3, 4)]
    if not sets:
        raise DataError(f"{bench} has none of the sets I know, such as CBSD68 or Rain100L.")
    return sets


def read(path: Path) -> np.ndarray:
    """An image file as (H, W, 3) uint8. Raises DataError."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"I cannot read {path}: {error}.") from error


def files(folder: Path, limit: int | None = None) -> list[Path]:
    """The pictures of a folder in the order of their names."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in {".webp", ".jpg", ".jpeg", ".png"})[:limit]


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    """A picture after libjpeg at a quality, 4:2:0."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality, subsampling=2)
    return np.asarray(Image.open(file))


def down_up(image: np.ndarray, factor: int) -> np.ndarray:
    """Reduced by `factor` and enlarged again, both bicubic (Pillow's, a = -0.5, as Matlab's)."""
    height, width = image.shape[:2]
    small = Image.fromarray(image).resize((width // factor, height // factor), Image.Resampling.BICUBIC)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def _paired(
    bench: Path, name: str, damaged: str, clean: str, task: Task, *, figures: tuple[str, ...] = (), note: str = ""
) -> list[Set]:
    folder = bench / name
    if not folder.is_dir():
        return []

    def samples(limit: int | None) -> Iterator[Sample]:
        # sorted names pair up: bench keeps one name, or one pattern such as _real / _mean, per folder
        bad, good = files(folder / damaged), files(folder / clean)
        if len(bad) != len(good):
            raise DataError(f"{folder} has {len(bad)} damaged but {len(good)} clean pictures.")
        for a, b in list(zip(bad, good, strict=True))[:limit]:
            x, y = read(a), read(b)
            if x.shape != y.shape:
                raise DataError(f"The pair {a} / {b.name} differs in size.")
            yield Sample(a.stem, crop_to(x, 16), crop_to(y, 16))

    return [Set(name, "", (task,), samples, figures, note=note)]


def _noisy(folder: Path, sigma: int) -> Callable[[int | None], Iterator[Sample]]:
    def samples(limit: int | None) -> Iterator[Sample]:
        random = np.random.RandomState(0)
        for path in files(folder, limit):
            clean = crop_to(read(path), 16)
            noisy = clean + random.randn(*clean.shape) * sigma
            yield Sample(path.stem, np.clip(noisy, 0, 255).astype(np.uint8), clean)

    return samples


def _compressed(folder: Path, quality: int) -> Callable[[int | None], Iterator[Sample]]:
    def samples(limit: int | None) -> Iterator[Sample]:
        for path in files(folder, limit):
            clean = crop_to(read(path), 16)
            yield Sample(path.stem, compressed(clean, quality), clean)

    return samples


def _reduced(folder: Path, factor: int) -> Callable[[int | None], Iterator[Sample]]:
    def samples(limit: int | None) -> Iterator[Sample]:
        for path in files(folder, limit):
            clean = read(path)
            height, width = clean.shape[:2]
            clean = clean[: height - height % factor, : width - width % factor]
            yield Sample(path.stem, down_up(clean, factor), clean)

    return samples
