"""Claims about layers rather than pictures: how far finetuning moves them, and how much of that a rank holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from .statistics import Verdict

Said = tuple[Verdict, str]
"""The verdict and what it hangs on, in words."""
Similarities = Mapping[str, Mapping[str, Sequence[float]]]
"""{finetuned on: {role: [per seed]}}, cosine similarity to the weights before."""
Energies = Mapping[str, Sequence[Mapping[str, Any]]]
"""{finetuned on: rows of layers}, each with its `level` and what a "constant" and a "proportional" rank hold, per seed."""

TASKS: Final = ("denoise", "deblur")
_LOST: Final = 0.7
"""Share of the energy that the proportional rank may hold at most where it is said to lose 30 to 50 %."""


def moved_beyond(claim: Mapping[str, Any], found: Similarities) -> Said:
    """Some roles move more than others, and more than by finetuning on the same mix."""
    good, words = True, []
    for task in TASKS:
        moved = np.mean([found[task][role] for role in claim["moved"]], axis=0)
        kept = np.min([found[task][role] for role in claim["kept"]], axis=0)
        control = np.mean([found["mix"][role] for role in claim["moved"]], axis=0)
        good = good and bool((moved < kept).all() and (moved < control).all())
        words.append(
            f"{task}: {' and '.join(claim['moved'])} {over_seeds(moved, 3)}, "
            f"{' and '.join(claim['kept'])} at least {over_seeds(kept, 3)}, control {over_seeds(control, 3)}"
        )
    return _verdict(good), "cosine similarity; " + "; ".join(words)


def moved_most(claim: Mapping[str, Any], found: Similarities) -> Said:
    """These roles move more than any other one."""
    good, words = True, []
    for task in TASKS:
        own = np.max([found[task][role] for role in claim["moved"]], axis=0)
        others = {role: np.asarray(values) for role, values in found[task].items() if role not in claim["moved"]}
        good = good and bool((own < np.min(list(others.values()), axis=0)).all())
        first = sorted(found[task], key=lambda role: float(np.mean(found[task][role])))[: len(claim["moved"]) + 1]
        words.append(f"{task}: " + ", ".join(f"{role} {over_seeds(np.asarray(found[task][role]), 3)}" for role in first))
    return _verdict(good), "cosine similarity, the least first; " + "; ".join(words)


def lost_where_shallow(found: Energies) -> Said:
    """At the finest level a proportional rank loses much of the energy, and a constant one less."""
    good, words = True, []
    for task, rows in found.items():
        constant, proportional = (of[0] for of in by_level(rows))
        good = good and bool((constant > proportional).all() and (proportional <= _LOST).all())
        words.append(f"{task}, finest level: constant {over_seeds(constant, 2)}, proportional {over_seeds(proportional, 2)}")
    return _verdict(good), "share of the energy; " + "; ".join(words)


def uniformly_well(found: Energies) -> Said:
    """At every level a constant rank holds at least what a proportional one does, and the levels differ less."""
    good, words = True, []
    for task, rows in found.items():
        constant, proportional = by_level(rows)
        good = good and bool((constant >= proportional).all() and (np.ptp(constant, 0) < np.ptp(proportional, 0)).all())
        each = [" / ".join(f"{value:.2f}" for value in of.mean(1)) for of in (constant, proportional)]
        words.append(f"{task}: constant {each[0]}, proportional {each[1]}")
    return _verdict(good), "share of the energy, from the finest level to the deepest; " + "; ".join(words)


def by_level(rows: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """(levels, seeds) from the finest level on: the mean share that a constant and that a proportional rank hold."""
    levels = sorted({row["level"] for row in rows})
    constant, proportional = (
        np.array([np.mean([row[kind] for row in rows if row["level"] == level], axis=0) for level in levels])
        for kind in ("constant", "proportional")
    )
    return constant, proportional


def over_seeds(values: np.ndarray, digits: int) -> str:
    """The mean, and between which of the seeds it lies: what such a claim has instead of an interval."""
    return f"{values.mean():.{digits}f} (seeds {values.min():.{digits}f} to {values.max():.{digits}f})"


def _verdict(good: bool) -> Verdict:
    return "supported" if good else "not supported"
