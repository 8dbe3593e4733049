"""InstructIR's Figure 6 with what ships: one instruction after another, in both orders, beside the same wish in one sentence.

A picture sheet to be looked at, with PSNR to the undamaged photograph under its pictures; the photographs are `examples/`, which
nothing was trained on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from ..evaluation.metrics import psnr
from ..report.sheets import stack, strip

HEIGHT: Final = 300
SEQUENCES: Final[tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]] = (
    (
        "drum",
        (
            ("remove the noise", "brighten it"),
            ("brighten it", "remove the noise"),
            ("remove the noise and brighten it",),
        ),
    ),
    (
        "bridge",
        (
            ("remove the JPEG artefacts", "sharpen it, it is blurred"),
            ("sharpen it, it is blurred", "remove the JPEG artefacts"),
            ("remove the JPEG artefacts and the blur",),
        ),
    ),
)
"""A photograph of `examples`, and the ways to ask for its restoration: each a sequence of instructions."""

Restore = Callable[[np.ndarray, str], np.ndarray]
"""A picture (H x W x 3, uint8) and an instruction -> the restored picture."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """sheet: the pictures. rows: of each sequence the photograph, the instructions, and PSNR in dB before and after each."""

    sheet: Image.Image
    rows: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        return {"figure": "InstructIR, Figure 6", "command": "restored-train papers sheet", "rows": self.rows}


def sequences(examples: Path, restore: Restore, *, asked: Sequence[tuple[str, Sequence[Sequence[str]]]] = SEQUENCES) -> Sequences:
    """Carry every sequence out. Raises FileNotFoundError for photographs that are not there."""
    strips, rows = [], []
    for name, ways in asked:
        clean, damaged = (_read(examples / f"{name}-{kind}.jpg") for kind in ("clean", "damaged"))
        for way in ways:
            pictures, words, figures = [damaged], ["damaged"], [round(psnr(damaged, clean), 2)]
            for instruction in way:
                pictures.append(restore(pictures[-1], instruction))
                words.append("in one sentence" if len(way) == 1 else f"“{instruction}”")
                figures.append(round(psnr(pictures[-1], clean), 2))
            headings = [f"{word}: {figure:.2f} dB" for word, figure in zip(words, figures, strict=True)]
            strips.append(strip([*pictures, clean], [*headings, "the photograph"], HEIGHT))
            rows.append({"photograph": name, "instructions": list(way), "psnr": figures})
    return Sequences(stack(strips), rows)


def _read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
