"""Tables 4, 5 and 6 of Instruct-IPT with whatever of ours has weights, on the project's bench, marked where it is a sample."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

from ..data.paths import repository

COLUMNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("BSD68, s15", "CBSD68", "s15"),
    ("BSD68, s25", "CBSD68", "s25"),
    ("BSD68, s50", "CBSD68", "s50"),
    ("GoPro (6 of 1,111)", "GoPro_sample6", ""),
    ("Rain100L (50 of 100)", "Rain100L", ""),
    ("outdoor haze (20 of RESIDE, not SOTS)", "RESIDE_outdoor_sample20", ""),
)
"""Our heading, and the set and level in a results file."""

PAPERS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("AirNet (paper)", ("33.92", "31.26", "28.00", "-", "34.90", "27.94")),
    ("PromptIR (paper)", ("33.98", "31.31", "28.06", "-", "36.37", "30.58")),
    ("InstructIR-5D (paper)", ("-", "31.40", "-", "29.40", "36.84", "27.10")),
    ("Instruct-IPT (paper)", ("34.40", "31.79", "28.61", "33.86", "37.88", "39.95")),
)
"""Table 4's rows, on whole sets."""


def bench_tables() -> list[str]:
    """The section as Markdown; empty when no bundle was measured."""
    measured = measured_bundles()
    if not measured:
        return []
    lines = ["| model | " + " | ".join(name for name, _, _ in COLUMNS) + " |", "|" + " --- |" * (len(COLUMNS) + 1)]
    lines += [f"| {name} | {' | '.join(values)} |" for name, values in PAPERS]
    for name, result in measured.items():
        lines.append(f"| `{name}` (ours) | {' | '.join(_cell(result['sets'], *where) for _, *where in COLUMNS)} |")
    return [
        "## Instruct-IPT, Tables 4, 5 and 6: whatever of ours has weights\n\n"
        "PSNR in dB, RGB, as `restored-train evaluate` measures it. Only BSD68 is the whole set; the others are samples or "
        "another set, as their headings say, so no row of ours is comparable there with the papers' rows; they are printed so "
        "that nobody has to look them up.\n\n" + "\n".join(lines) + "\n"
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


def _cell(sets: Sequence[Mapping[str, Any]], name: str, level: str) -> str:
    found = [row["psnr"] for row in sets if row["set"] == name and (row.get("level") or "") == level]
    return f"{found[0]:.2f}" if found else "-"
