"""The papers' tables on public test sets, with whatever of ours has weights: the project's bench, marked where it is a sample."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

import numpy as np

from ..data.paths import repository

COLUMNS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("BSD68, s15", "CBSD68", "s15", "psnr"),
    ("BSD68, s25", "CBSD68", "s25", "psnr"),
    ("BSD68, s50", "CBSD68", "s50", "psnr"),
    ("LOL's evaluation set", "LOLv1_eval15", "", "psnr"),
    ("GoPro (6 of 1,111)", "GoPro_sample6", "", "psnr"),
    ("Rain100L (50 of 100)", "Rain100L", "", "psnr"),
    ("… on Y", "Rain100L", "", "psnr_y"),
    ("outdoor haze (20 of RESIDE, not SOTS)", "RESIDE_outdoor_sample20", "", "psnr"),
    ("retouching (8 of FiveK's 500)", "FiveK_CURL8", "", "psnr"),
)
"""Our heading; set, level and measure in a results file."""

PAPERS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("AirNet (paper)", ("33.92", "31.26", "28.00", "-", "-", "34.90", "-", "27.94", "-")),
    ("PromptIR (paper)", ("33.98", "31.31", "28.06", "-", "-", "36.37", "-", "30.58", "-")),
    ("InstructIR-5D (paper)", ("34.00", "31.40", "28.15", "23.00", "29.40", "36.84", "-", "27.10", "-")),
    ("InstructIR-7D (paper)", ("-", "31.37", "-", "22.81", "29.70", "36.75", "-", "26.90", "24.65")),
    ("Restormer, an expert (paper)", ("34.40", "31.79", "28.60", "-", "32.92", "-", "38.99", "-", "-")),
    ("Instruct-IPT (paper)", ("34.40", "31.79", "28.61", "-", "33.86", "37.88", "39.35", "39.95", "-")),
)
"""On whole sets: Instruct-IPT's Tables 4, 5, 11 and 12, InstructIR's 2, 3 and 5."""

DRAWS: Final = 4000
"""For an interval over pictures."""


def bench_tables() -> list[str]:
    """The section as Markdown; empty when no bundle was measured."""
    measured = measured_bundles()
    if not measured:
        return []
    lines = ["| model | " + " | ".join(name for name, *_ in COLUMNS) + " |", "|" + " --- |" * (len(COLUMNS) + 1)]
    lines += [f"| {name} | {' | '.join(values)} |" for name, values in PAPERS]
    for name, result in measured.items():
        lines.append(f"| `{name}` (ours) | {' | '.join(_cell(result['sets'], *where) for _, *where in COLUMNS)} |")
    return [
        "## On public test sets: whatever of ours has weights\n\n"
        "Instruct-IPT, Tables 4, 5, 6, 11 and 12, InstructIR, Tables 5, 7 and 9, in part. PSNR in dB, RGB, as `restored-train "
        "evaluate` measures it (in brackets the 95 % interval over pictures). Only BSD68 and LOL's evaluation set are whole; the "
        "others are samples or another set, as their headings say, so no row of ours is comparable there with the papers' rows; "
        "they are printed so that nobody has to look them up. `swift` has 2.4 million parameters, the papers' networks have 16 "
        "and 26, and it was trained on free photographs, none of them from those sets.\n\n" + "\n".join(lines) + "\n"
    ]


def measured_bundles() -> dict[str, Any]:
    """What `evaluate` wrote for each bundle with weights: name -> results."""
    found = {}
    for path in sorted((repository() / "training" / "results").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for subject in data.get("subjects", [data]) if isinstance(data, dict) else []:
            if "sets" in subject and "subject" in subject:
                found[subject["subject"]] = subject
    return found


def beside(measured: Mapping[str, Any], shipped: Mapping[str, Any]) -> dict[str, Any]:
    """What `evaluate` wrote of a bundle beside what it wrote of the one that ships: each set's mean over the pictures of both."""
    theirs = {(row["set"], row.get("level") or ""): row["pictures"] for row in shipped["sets"]}
    rows = []
    for row in measured["sets"]:
        level = row.get("level") or ""
        other = {picture["name"]: picture["psnr"] for picture in theirs.get((row["set"], level), ())}
        both = [picture for picture in row["pictures"] if picture["name"] in other]
        if both:
            figures = {
                "input": mean(picture["input_psnr"] for picture in both),
                "own": mean(picture["psnr"] for picture in both),
                "shipped": mean(other[picture["name"]] for picture in both),
            }
            rows.append({"set": row["set"], "level": level, "n": len(both), **{key: round(v, 3) for key, v in figures.items()}})
    return {"own": Path(measured["subject"]).name, "shipped": Path(shipped["subject"]).name, "rows": rows}


def _cell(sets: Sequence[Mapping[str, Any]], name: str, level: str, measure: str) -> str:
    rows = [row for row in sets if row["set"] == name and (row.get("level") or "") == level and measure in row]
    if not rows:
        return "-"
    each = np.asarray([picture[measure] for picture in rows[0].get("pictures", ()) if measure in picture])
    if len(each) < 2:
        return f"{rows[0][measure]:.2f}"
    drawn = np.random.default_rng(0).choice(each, (DRAWS, len(each))).mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{rows[0][measure]:.2f} ({low:.1f} to {high:.1f})"
