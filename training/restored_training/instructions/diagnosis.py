"""How well a look at a picture names what is wrong with it ("fix it"): on photographs that nothing was trained on, with none to
three kinds of damage made by the trainer's formulas."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.table import Table

from restored.instruction import TASKS, damage_estimator

from ..data.paths import shared
from ..data.photographs import PhotoSet
from .evaluate import wilson
from .train_estimator import Samples, example

CLEAN_AND_DAMAGED = (0, 1, 2, 3)
"""Kinds of damage per picture."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Of N pictures with so many kinds of damage each: what is there and what was said, (N, 9) bool; said holds at most
    MAX_STEPS, as a proposal does."""

    kinds: int
    there: np.ndarray
    said: np.ndarray

    @property
    def found(self) -> float:
        """Share of the damage that was named."""
        return float((self.there & self.said).sum() / max(1, self.there.sum()))

    @property
    def right(self) -> float:
        """Share of what was named that is there."""
        return float((self.there & self.said).sum() / max(1, self.said.sum()))

    @property
    def alarms(self) -> int:
        """Pictures of which something was said that is not there."""
        return int((self.said & ~self.there).any(axis=1).sum())


def samples(photographs: "list[np.ndarray]", kinds: int, each: int, seed: int) -> Samples:
    """`each` pictures of every photograph, with so many kinds of damage."""
    rng, generator = random.Random(f"{seed} {kinds}"), torch.Generator().manual_seed(1000 * seed + kinds)
    rows = [(*example(photo, kinds, rng, generator), index) for index, photo in enumerate(photographs) for _ in range(each)]
    inputs, labels, owners = zip(*rows, strict=True)
    return Samples(np.stack(inputs), np.stack(labels), np.array(owners))


def said(estimator: damage_estimator.Estimator, inputs: np.ndarray) -> np.ndarray:
    """(N, measures) -> (N, 9) bool: the worst few that pass their thresholds, as `damage_estimator.estimate` and a proposal take
    them."""
    excess = estimator.probabilities(inputs) - estimator.thresholds
    rank = np.argsort(np.argsort(-excess, axis=1), axis=1)
    return (excess >= 0) & (rank < damage_estimator.MAX_STEPS)


def diagnose(photographs: Path | None = None, each: int = 2, seed: int = 7) -> list[Diagnosis]:
    """One entry per number of damages, on the photographs kept out of training (those of `free` and `free-2`)."""
    kept = _kept_out(photographs)
    estimator = damage_estimator.load()
    found = []
    for kinds in CLEAN_AND_DAMAGED:
        made = samples(kept, kinds, each, seed)
        found.append(Diagnosis(kinds, made.labels > 0, said(estimator, made.inputs)))
    return found


def _kept_out(photographs: Path | None) -> "list[np.ndarray]":
    return list(PhotoSet(photographs or shared() / "data" / "train", "heldout", longest=1200).images)


def table(found: list[Diagnosis]) -> Table:
    shown = Table(title="diagnosis on photographs kept out of training")
    for column in ("damages", "pictures", "named", "right", "something wrong said", "95 % interval"):
        shown.add_column(column, justify="right")
    for row in found:
        low, high = wilson(row.alarms, len(row.said))
        shown.add_row(
            str(row.kinds), str(len(row.said)), f"{row.found:.1%}" if row.kinds else "", f"{row.right:.1%}" if row.kinds else "",
            f"{row.alarms / len(row.said):.1%}", f"{low:.1%} – {high:.1%}",
        )  # fmt: skip
    return shown


def per_task(found: list[Diagnosis]) -> Table:
    there = np.concatenate([row.there for row in found])
    said_ = np.concatenate([row.said for row in found])
    shown = Table(title="by damage")
    for column in ("damage", "pictures", "named", "named where it is not"):
        shown.add_column(column, justify="left" if column == "damage" else "right")
    for index, task in enumerate(TASKS):
        with_, without = said_[there[:, index], index], said_[~there[:, index], index]
        shown.add_row(task, str(len(with_)), f"{with_.mean():.1%}", f"{without.mean():.1%}")
    return shown
