"""What the papers' page is put together from: figures as words, tables and pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def gap(found: Mapping[str, Any]) -> str:
    """A difference and its interval."""
    return f"{found['mean']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})"


def mean(rows: Sequence[Any], digits: int = 2) -> str:
    """Over everything."""
    return f"{np.mean(rows):.{digits}f}"


def spread(rows: Sequence[Sequence[float]], digits: int = 2) -> str:
    """Rows of seeds: the mean, ± the standard deviation of the seeds' own means."""
    return few([float(np.mean(row)) for row in rows], digits)


def few(values: Sequence[float], digits: int) -> str:
    """The mean of a few, ± their standard deviation."""
    if len(values) < 2:
        return f"{values[0]:.{digits}f}"
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


def picture(image: Any, folder: Path, name: str, words: str) -> str:
    """Save a plot beside the page, and the line that shows it."""
    image.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE).save(folder / f"{name}.png", optimize=True)
    return f"![{words}]({folder.name}/{name}.png)\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
