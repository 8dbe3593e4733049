"""Is a "clean" photograph clean? Real haze, noise or blur in a target teaches the wrong lesson.

A photograph is judged per task, by measures with thresholds that were set by looking at what they part (never at a test set); the
decisions are a file, so that a run is repeatable and anybody can disagree with a line.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from scipy.ndimage import minimum_filter

from restored.ground.limits import LUMA_601
from restored.ground.replacing import atomic

from .photographs import DataError, decode, photo_files

_BLOCK: Final = 16
_SMALL: Final = (192, 144)
_COLUMNS: Final = ("file", "sha256", "noise", "veil", "far_veil", "sharpness", "unfit_for")


@dataclass(frozen=True, slots=True)
class Measures:
    """noise: standard deviation in the flattest blocks, of 255; veil: mean dark channel of the picture reduced (He et al. 2009,
    section 3), of 255; far_veil: of its upper half; sharpness: strongest gradients against those of the picture halved, about 1
    for detail down to the pixel and 0.5 for none."""

    noise: float
    veil: float
    far_veil: float
    sharpness: float

    @property
    def unfit_for(self) -> tuple[str, ...]:
        """The tasks that must not take this picture for a clean one."""
        unfit: list[str] = []
        if self.veil > 85 or self.far_veil > 110:
            unfit.append("dehaze")
        if self.noise > 2.5:
            unfit += ["denoise", "dejpeg"]
        if self.sharpness < 0.62 or self.noise > 4:
            unfit += ["deblur", "superres"]
        return tuple(unfit)


def measure(image: np.ndarray) -> Measures:
    """image: (H, W, 3) uint8."""
    small = np.asarray(Image.fromarray(image).resize(_SMALL, Image.Resampling.BOX))
    dark = minimum_filter(small.min(2).astype(np.float32), 15)
    luma = image.astype(np.float32) @ np.array(LUMA_601, np.float32)
    return Measures(
        noise=_noise(luma),
        veil=float(dark.mean()),
        far_veil=float(dark[: len(dark) // 2].mean()),
        sharpness=_sharpness(luma),
    )


def screen(folders: Iterable[Path], to: Path) -> dict[str, Measures]:
    """Judge every photograph of some folders and write the decisions as a table. Returns them by file."""
    judged: dict[str, Measures] = {}
    rows = []
    for folder in folders:
        for file in photo_files(folder):
            found = measure(decode(file.content, file.name))
            judged[file.name] = found
            numbers = (f"{value:.2f}" for value in (found.noise, found.veil, found.far_veil, found.sharpness))
            rows.append((f"{folder.name}/{file.name}", file.sha256, *numbers, ",".join(found.unfit_for)))
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(rows)
    with atomic(to) as file:
        file.write(text.getvalue().encode())
    return judged


def read_screen(path: Path, task: str) -> frozenset[str]:
    """The sha256 of the photographs that are unfit for a task. Raises DataError."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows: list[Mapping[str, str]] = list(csv.DictReader(stream, delimiter="\t"))
        return frozenset(row["sha256"] for row in rows if task in row["unfit_for"].split(","))
    except (OSError, KeyError, AttributeError) as error:
        raise DataError(f"{path} is not a table of screened photographs: {error}. Make it with restored-train screen.") from error


def _noise(luma: np.ndarray) -> float:
    """Deviation of the diagonal detail (Immerkaer 1996) in the twentieth of the blocks where it is smallest, but not clipped."""
    detail = (luma[1::2, 1::2] - luma[1::2, ::2][:, : luma[1::2, 1::2].shape[1]])[:, :]
    detail = detail - (luma[::2, 1::2] - luma[::2, ::2][:, : luma[::2, 1::2].shape[1]])[: len(detail)]
    level = luma[::2, ::2][: detail.shape[0], : detail.shape[1]]
    blocks, levels = _blocks(detail / 2, _BLOCK // 2), _blocks(level, _BLOCK // 2)
    lit = (levels.mean(1) > 25) & (levels.mean(1) < 230)
    deviation = blocks.std(1)[lit]
    return float(np.quantile(deviation, 0.05)) if len(deviation) > 20 else 0.0


def _sharpness(luma: np.ndarray) -> float:
    height, width = (side // 2 * 2 for side in luma.shape)
    half = luma[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    fine, coarse = (np.quantile(np.abs(np.diff(plane, axis=1)), 0.995) for plane in (luma, half))
    return float(fine / max(coarse, 1e-3))


def _blocks(plane: np.ndarray, side: int) -> np.ndarray:
    """(H, W) -> (blocks, side * side)."""
    height, width = (size // side * side for size in plane.shape)
    cut = plane[:height, :width].reshape(height // side, side, width // side, side)
    return cut.transpose(0, 2, 1, 3).reshape(-1, side * side)
