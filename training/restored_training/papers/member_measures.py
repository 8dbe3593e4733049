"""What is read off trained members: PSNR on kept-out crops, similarity of weights, energy of ranks."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.func import vmap

from restored.models.instruct_ipt import InstructIPTConfig, denses, stages
from restored.models.modulation import rank_of

from .arms import Arm
from .stacked import Stacked

_CHUNK = 48
_FEW = 4


@torch.no_grad()
def psnr_table(arm: Arm, tensors: Stacked, sets: Mapping[str, tuple[int, Tensor, Tensor]]) -> dict[str, list[list[float]]]:
    """PSNR of every picture for every member: {set: [member][picture]}. sets: name -> (row of the task, input, target)."""
    out: dict[str, list[list[float]]] = {}
    on_gpu = next(iter(tensors.values())).is_cuda
    members = len(next(iter(tensors.values())))
    for name, (row, before, after) in sets.items():
        parts = []
        for start in range(0, len(before), _CHUNK if on_gpu else _FEW):
            x, y = (value[start : start + (_CHUNK if on_gpu else _FEW)] for value in (before, after))
            if on_gpu:
                restored = vmap(partial(arm.predict_one, row=row), in_dims=(0, None))(tensors, x)
            else:  # one by one, in what a CPU's caches hold, takes a third of the time
                each = [{key: value[k] for key, value in tensors.items()} for k in range(members)]
                restored = torch.stack([arm.predict_one(member, x, row) for member in each])
            error = (restored.clamp(0, 1) - y).square().mean((2, 3, 4))
            parts.append(-10 * error.clamp_min(1e-10).log10())
        out[name] = [[round(value, 3) for value in member] for member in torch.cat(parts, 1).tolist()]
    return out


def similarities(config: InstructIPTConfig, before: Stacked, after: Stacked) -> dict[str, list[float]]:
    """Mean cosine similarity of weights before and after finetuning, per role and member (Instruct-IPT, Table 2)."""
    names: dict[str, list[str]] = {}
    for dense in denses(config):
        names.setdefault(dense.role, []).append(f"layers.{dense.name}.weight")
    names["layernorm"] = [f"norms.{part.name}.weight" for part in stages(config)]
    out = {}
    for role, group in names.items():
        each = [torch.cosine_similarity(before[name].flatten(1), after[name].flatten(1), dim=1) for name in group]
        out[role] = [round(value, 4) for value in torch.stack(each).mean(0).tolist()]
    return out


def energies(config: InstructIPTConfig, before: Stacked, after: Stacked, *, rank: int, proportion: float) -> list[dict[str, Any]]:
    """Per modulated layer: the share of the change's energy that a constant and a proportional rank hold (eq. 3, Figure 2)."""
    out = []
    for dense in denses(config):
        if not dense.modulated:
            continue
        name = f"layers.{dense.name}.weight"
        change = (after[name] - before[name]).flatten(2).double()
        power = torch.linalg.svdvals(change).square()
        shares = power.cumsum(1) / power.sum(1, keepdim=True)
        ranks = {
            "constant": rank_of(dense.channels_out, dense.fan_in, rank=rank),
            "proportional": rank_of(dense.channels_out, dense.fan_in, rank=rank, proportion=proportion),
        }
        held = {kind: [round(value, 4) for value in shares[:, r - 1].tolist()] for kind, r in ranks.items()}
        full = min(dense.channels_out, dense.fan_in)
        out.append({"layer": dense.name, "role": dense.role, "level": dense.level, "full": full, "ranks": ranks, **held})
    return out
