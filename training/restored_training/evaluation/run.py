"""Measure a subject on every set, and write down what the tables need."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from restored.ground.replacing import atomic

from .instructions import Explain, off_topic, plan_for, sensitivity, wrong_on_clean, wrong_on_damaged
from .metrics import CONVENTIONS, delta_e, flip, luma, psnr, ssim
from .samples import Set, bench_sets
from .subjects import Subject
from .synthetic import synthetic_sets

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to measure. only: substrings of set titles (empty: all). limit: pictures per set. instructions: also the tables of
    wrong instructions and wordings."""

    bench: Path
    photographs: Path | None = None
    only: tuple[str, ...] = ()
    limit: int | None = None
    instructions: bool = True


def all_sets(scope: Scope) -> list[Set]:
    """The sets in scope, bench first, then the synthetic ones."""
    sets = bench_sets(scope.bench)
    if scope.photographs is not None:
        sets += synthetic_sets(scope.photographs)
    return [s for s in sets if not scope.only or any(part.lower() in s.title.lower() for part in scope.only)]


Part = int | str
"""A piece of an evaluation that can be measured by itself: a set's number, or the name of a table."""


def parts(scope: Scope, sets: Sequence[Set], *, wordings: bool) -> list[Part]:
    """The parts of an evaluation, in the order of the report. wordings: also those that need to understand sentences."""
    found: list[Part] = list(range(len(sets)))
    if scope.instructions and scope.photographs is not None:
        found += ["wrong_clean", "wrong_damaged"]
        if wordings:
            found += ["sensitivity", "off_topic"]
    return found


def measure_part(subject: Subject, scope: Scope, sets: Sequence[Set], part: Part, explain: Explain | None = None) -> Any:
    """One part: a set's row, or a table; sets: `all_sets` of the scope. Raises ValueError for a name that is no part."""
    if isinstance(part, int):
        return measure(subject, sets[part], scope.limit)
    assert scope.photographs is not None
    few = scope.limit or 6
    if part == "wrong_clean":
        return wrong_on_clean(subject, scope.photographs, scope.limit)
    if part == "wrong_damaged":
        return wrong_on_damaged(subject, scope.photographs, min(few, 6))
    if explain is None:
        raise ValueError(f"{part} cannot be measured without an instruction engine")
    if part == "sensitivity":
        return sensitivity(subject, sets, explain, min(few, 5))
    if part == "off_topic":
        return off_topic(subject, next(sets[0].samples(1)).clean, explain) if sets else None
    raise ValueError(f"{part} is no part of an evaluation")


def assemble(name: str, scope: Scope, measured: Mapping[Part, Any]) -> dict[str, Any]:
    """What was measured so far as one JSON-able dict: `conventions`, `sets` (one row each, with per-picture figures), and the
    tables `wrong_clean`, `wrong_damaged`, `sensitivity`, `off_topic`."""
    rows = [measured[part] for part in sorted(part for part in measured if isinstance(part, int))]
    tables = {part: value for part, value in measured.items() if isinstance(part, str)}
    return {"subject": name, "conventions": CONVENTIONS, "limit": scope.limit, "sets": rows, **tables}


def evaluate(
    subject: Subject,
    scope: Scope,
    *,
    explain: Explain | None = None,
    tell: Tell = lambda _: None,
    keep: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Everything in scope, as `assemble` gives it, and the `seconds` it took.

    keep: called with what is known so far after each part, so that an hour's figures survive a failure in the next one.
    """
    began = time.monotonic()
    sets = all_sets(scope)
    measured: dict[Part, Any] = {}
    for part in parts(scope, sets, wordings=explain is not None):
        measured[part] = measure_part(subject, scope, sets, part, explain)
        if isinstance(part, int):
            tell(one_line(measured[part]))
        keep(assemble(subject.name, scope, measured))
    return assemble(subject.name, scope, measured) | {"seconds": time.monotonic() - began}


def measure(subject: Subject, item: Set, limit: int | None = None) -> dict[str, Any]:
    """One set: means over its pictures of the subject's figures and of the input's."""
    plan = plan_for(*item.tasks)
    pictures = []
    for sample in item.samples(limit):
        out = subject.restore(sample.damaged, plan)
        figures = _figures(out, sample.clean, item)
        figures |= {f"input_{k}": v for k, v in _figures(sample.damaged, sample.clean, item).items()}
        if sample.baseline is not None:
            figures["baseline_psnr"] = psnr(sample.baseline, sample.clean)
        pictures.append({"name": sample.name, **figures})
    means = {key: fmean(p[key] for p in pictures) for key in pictures[0] if key != "name"} if pictures else {}
    return {
        "set": item.name,
        "level": item.level,
        "tasks": list(item.tasks),
        "n": len(pictures),
        "synthetic": item.synthetic,
        "note": item.note,
        **means,
        "pictures": pictures,
    }


def _figures(out: np.ndarray, clean: np.ndarray, item: Set) -> dict[str, float]:
    if item.border:
        inside = slice(item.border, -item.border)
        out, clean = out[inside, inside], clean[inside, inside]
    figures = {"psnr": psnr(out, clean), "ssim": ssim(out, clean), "flip": flip(out, clean)}
    if "y" in item.figures:
        figures["psnr_y"] = psnr(luma(out), luma(clean))
    if "delta_e" in item.figures:
        figures["delta_e"] = delta_e(out, clean)
    return figures


def one_line(row: dict[str, Any]) -> str:
    """A row as a line for people."""
    if not row["n"]:
        return f"{row['set']} {row['level']}: no pictures"
    text = f"{row['set']} {row['level']} (n={row['n']}): {row['input_psnr']:.2f} -> {row['psnr']:.2f} dB, SSIM {row['ssim']:.4f}"
    text += f", FLIP {row['input_flip']:.3f} -> {row['flip']:.3f}"
    if "psnr_y" in row:
        text += f", Y {row['input_psnr_y']:.2f} -> {row['psnr_y']:.2f}"
    if "delta_e" in row:
        text += f", delta E {row['input_delta_e']:.2f} -> {row['delta_e']:.2f}"
    if "baseline_psnr" in row:
        text += f", inverting the known gamma {row['baseline_psnr']:.2f}"
    return text


def write_results(results: dict[str, Any], path: Path) -> None:
    """Save as JSON, whole or not at all. Raises FileError."""
    with atomic(path) as file:
        file.write(json.dumps(results, indent=1).encode())


def read_results(path: Path) -> dict[str, Any]:
    """What `write_results` saved."""
    return json.loads(path.read_text(encoding="utf-8"))


__all__ = [
    "Part",
    "Scope",
    "all_sets",
    "assemble",
    "evaluate",
    "measure",
    "measure_part",
    "one_line",
    "parts",
    "read_results",
    "write_results",
]
