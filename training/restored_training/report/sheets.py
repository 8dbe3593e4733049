"""Before/after sheets: input, result and truth side by side, on the bench's real pictures and on kept-out photographs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restored.instruction.tasks import Task

from ..evaluation.instructions import plan_for
from ..evaluation.metrics import psnr
from ..evaluation.samples import Set, files, read
from ..evaluation.subjects import Subject

REAL: Final[tuple[tuple[str, Task], ...]] = (
    ("RNI15", "denoise"),
    ("SnowReal_JSTASR3", "desnow"),
    ("SnowReal_HDCWNet4", "desnow"),
)
"""Sets of real damaged photographs without truth: only looking tells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture for people: its heading, and the sheet itself."""

    heading: str
    image: Image.Image


def sheets(
    subjects: Sequence[Subject], sets: Sequence[Set], bench: Path | None, *, count: int = 3, height: int = 260
) -> Iterator[Sheet]:
    """One sheet per set (`count` pictures: input, every subject's result, truth), then the real pictures without truth."""
    for item in sets:
        rows = []
        for sample in item.samples(count):
            results = [subject.restore(sample.damaged, plan_for(*item.tasks)) for subject in subjects]
            names = [f"input {psnr(sample.damaged, sample.clean):.2f} dB"]
            names += [f"{s.name} {psnr(out, sample.clean):.2f} dB" for s, out in zip(subjects, results, strict=True)]
            rows.append(strip([sample.damaged, *results, sample.clean], [*names, "truth"], height))
        yield Sheet(f"{item.title} ({' + '.join(item.tasks)})", stack(rows))
    if bench is None:
        return
    for name, task in REAL:
        if (bench / name).is_dir():
            rows = []
            for path in files(bench / name, count):
                image = read(path)
                results = [subject.restore(image, plan_for(task)) for subject in subjects]
                rows.append(strip([image, *results], ["input", *(s.name for s in subjects)], height))
            yield Sheet(f"{name} ({task}): real, no truth", stack(rows))


def strip(images: Sequence[np.ndarray], names: Sequence[str], height: int) -> Image.Image:
    """Pictures of one size side by side, reduced to `height` pixels, a name above each."""
    pictures = [_to_height(Image.fromarray(image), height) for image in images]
    out = Image.new("RGB", (sum(p.width + 4 for p in pictures), height + 20), "white")
    draw, left = ImageDraw.Draw(out), 0
    for picture, name in zip(pictures, names, strict=True):
        draw.text((left + 2, 2), name, fill="black", font=ImageFont.load_default(13))
        out.paste(picture, (left, 18))
        left += picture.width + 4
    return out


def stack(rows: Sequence[Image.Image]) -> Image.Image:
    """Rows below each other."""
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def _to_height(image: Image.Image, height: int) -> Image.Image:
    if image.height <= height:
        return image
    return image.resize((max(1, round(image.width * height / image.height)), height), Image.Resampling.LANCZOS)
