"""What a sentence on a result teaches: the plan that it is read beside, what becomes of each of its steps, and the loss of it."""

import random
from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restored.instruction.reaction_odds import ACTS, DONE, NAMES, OF_A_STEP, OUTPUTS, SAYS, WANTS, outputs_of

from . import place_fit
from .labelled_rows import LabelledRow
from .reaction_lines import Reaction

UNSAID: Final = 0.1
"""What the steps count for of a plan that a sentence was not said of."""


def plan_beside(row: Reaction, rng: random.Random) -> list[str]:
    """The plan that a sentence is read beside. What it says nothing of is other steps every second time, and a plain wish has any
    plan, but none that it might be about."""
    about = row.about
    own = [name for name in row.plan or () if name[:-1] in about]
    of_all = row.act not in ("change", "drop", "limit", "other") or len(own) == len(row.plan or ())
    if row.plan is not None and (of_all or rng.random() < 0.5):
        names = list(row.plan)
    else:
        others = [name for name in DONE if name[:-1] not in about]
        count = rng.choice((1, 1, 2, 3) if not own else (0, 1, 2))
        drawn = {name[:-1]: name for name in rng.sample(others, count)}
        names = [*own, *drawn.values()]
    return rng.sample(names, len(names))


def marks_of(row: Reaction, stands: Sequence[tuple[int, int]]) -> np.ndarray:
    """(T, 2), what each word says of places, as `place_fit.marked`; stands: where in the text each of the T stands."""
    label = LabelledRow(row.text, "reactions", {}, places=row.places, left_out=row.left_out)
    return place_fit.marked(row.text, stands, label)[:, : len(SAYS)]


def named_of(plans: Sequence[Sequence[str]]) -> Tensor:
    """(S, 4): of each step of each sentence's plan, where its name's outputs are among those of all sentences."""
    rows = [[i * len(OUTPUTS) + at for at in outputs_of(name)] for i, names in enumerate(plans) for name in names]
    return torch.tensor(rows, dtype=torch.long).reshape(-1, len(OF_A_STEP))


def becomes(row: Reaction, names: Sequence[str]) -> tuple[list[list[float]], float]:
    """What becomes of each step of a plan, as `OF_A_STEP`, and what that counts for: nothing where a sentence takes all of it
    back."""
    of_all = [float(row.act == act) for act in ("more", "less")]
    told = [
        [
            max(of_all[0], float(name in _moved(row))),
            max(of_all[1], float(_opposite(name) in _moved(row))),
            float(name[:-1] in row.drops),
            float(name[:-1] in row.placed),
        ]
        for name in names
    ]
    if row.act in ("undo", "reset", "again"):
        return told, 0.0
    unknown = row.act == "change" and not (row.wants or row.placed or row.drops)
    return told, 0.0 if unknown else row.want_weight if row.plan is not None else UNSAID


def _moved(row: Reaction) -> set[str]:
    """The wants of what is further or back, or new, and not struck out."""
    return {want for want in row.wants if want[:-1] not in row.drops}


def _opposite(name: str) -> str:
    return name[:-1] + ("-" if name.endswith("+") else "+")


def _shares(told: Collection[str], names: Sequence[str]) -> list[float]:
    return [float(name in told) for name in names]


def _balance(rows: Sequence[Reaction]) -> Tensor:
    """(acts,): rare ones count for more, by the root of how rare they are."""
    mass = [sum(row.act_weight for row in rows if row.act == name) for name in ACTS]
    usual = sum(mass) / sum(value > 0 for value in mass)
    return torch.tensor([(usual / value) ** 0.5 if value else 0.0 for value in mass])


def loss_of_labels(rows: Sequence[Reaction], plans: Sequence[Sequence[str]]) -> Callable[[Tensor, Tensor, list[int]], Tensor]:
    """The loss of some of the rows, a sum: the act, one of all; wants, and what becomes of each step, each by itself. It takes
    the logits of `OUTPUTS`, (N, outputs), those of `OF_A_STEP` of all their steps, (S, 4), and which rows these are."""
    acts = torch.tensor([ACTS.index(row.act) for row in rows])
    act_weights = torch.tensor([row.act_weight for row in rows]) * _balance(rows)[acts]
    told = torch.tensor([[*_shares(_moved(row), WANTS), *_shares(row.drops, NAMES), *_shares(row.placed, NAMES)] for row in rows])
    # of a "change", "less" or "more" without a label for each step it is not known what is wanted of it
    known = [bool(row.about) or row.act not in ("change", "less", "more") for row in rows]
    told_weights = torch.tensor([row.want_weight * share for row, share in zip(rows, known, strict=True)])
    made = [becomes(row, names) for row, names in zip(rows, plans, strict=True)]

    def loss(logits: Tensor, steps: Tensor, part: list[int]) -> Tensor:
        act = F.cross_entropy(logits[:, : len(ACTS)], acts[part], reduction="none") * act_weights[part]
        each = (
            F.binary_cross_entropy_with_logits(logits[:, len(ACTS) :], told[part], reduction="none").sum(1) * told_weights[part]
        )
        meant = torch.tensor([row for i in part for row in made[i][0]]).reshape(-1, len(OF_A_STEP))
        counts = torch.tensor([made[i][1] for i in part for _ in made[i][0]])
        of_steps = F.binary_cross_entropy_with_logits(steps, meant, reduction="none").sum(1) * counts
        return (act + each).sum() + of_steps.sum()

    return loss
