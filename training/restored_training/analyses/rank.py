"""How much rank a task's change of the weights needs (Instruct-IPT, Fig. 2): cumulative energy, constant against proportional."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from restored.instruction.tasks import Task
from restored.models.lowrank import task_layers
from restored.models.restorer import Restorer

from ..report.curves import to_image

RANKS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)


def task_deltas(model: Restorer, task: Task) -> dict[str, Tensor]:
    """What one task adds to every conv: name -> (out, in*k*k)."""
    assert model.tasks is not None
    index = torch.tensor([model.tasks.index(task)])
    return {name: conv.change(index, torch.ones(1)).detach() for name, conv in task_layers(model).items()}


def finetuning_deltas(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The change of every weight between two state dicts, as matrices: what a task bias would have to hold."""
    return {
        name: (after[name].float() - old.float()).flatten(1)
        for name, old in before.items()
        if old.dim() >= 2 and name in after and after[name].shape == old.shape
    }


def rank_energy(deltas: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """Cumulative share of each matrix's squared singular values, largest first: name -> (min(rows, columns),) ending at 1."""
    out = {}
    for name, delta in deltas.items():
        squared = torch.linalg.svdvals(delta.float()).square().numpy()
        total = squared.sum()
        out[name] = np.cumsum(squared) / total if total > 0 else np.ones_like(squared)
    return out


def truncation(deltas: Mapping[str, Tensor], rank: int) -> dict[str, float]:
    """Share of all layers' energy kept by two ways of spending the same number of parameters: `rank` everywhere ("constant"),
    or ranks proportional to each matrix's smaller side ("proportional")."""
    spectra = {name: torch.linalg.svdvals(delta.float()).square() for name, delta in deltas.items()}
    cost = {name: sum(delta.shape) for name, delta in deltas.items()}
    side = {name: min(delta.shape) for name, delta in deltas.items()}
    budget = sum(min(rank, side[name]) * cost[name] for name in deltas)
    # the same parameters, spread in proportion to the side: the largest factor that fits
    factors = np.linspace(0, 1, 2001)
    spent = np.array([sum(round(f * side[name]) * cost[name] for name in deltas) for f in factors])
    factor = float(factors[spent <= budget].max())
    ranks = {"constant": dict.fromkeys(deltas, rank), "proportional": {name: round(factor * side[name]) for name in deltas}}
    total = float(sum(s.sum() for s in spectra.values())) or 1.0
    return {way: float(sum(spectra[name][:r].sum() for name, r in by_layer.items())) / total for way, by_layer in ranks.items()}


def plot_rank(deltas: Mapping[str, Tensor], title: str) -> Image.Image:
    """Left: cumulative energy of every layer; right: energy kept at equal cost, constant against proportional rank."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
    for name, energy in rank_energy(deltas).items():
        left.plot(np.arange(1, len(energy) + 1), energy, label=name, linewidth=1)
    left.set(xlabel="rank", ylabel="share of energy", title=title, xscale="log")
    if len(deltas) <= 24:
        left.legend(fontsize=6, ncols=2)
    kept = [truncation(deltas, rank) for rank in RANKS]
    for way, marker in (("constant", "o-"), ("proportional", "s--")):
        right.plot(RANKS, [k[way] for k in kept], marker, label=f"{way} rank")
    right.set(xlabel="rank (constant), or its cost in parameters", ylabel="share of energy kept", title="at equal cost")
    right.legend()
    return to_image(figure)
