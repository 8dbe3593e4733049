"""The low-rank arm of the elementary experiment as a bundle: a small one to try things on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from restored.models.bundle import Bundle, write_bundle
from restored.models.instruct_ipt import InstructIPT, preset

from .toy_pairs import KINDS

TOY: Final = "instruct_ipt-toy"
"""The bundle's name among the papers' results."""


def state_of(member: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A low-rank arm's member as `InstructIPT` names its tensors."""
    state = {name: value.float() for name, value in member.items() if not name.startswith("own.")}
    for name, value in member.items():
        if name.startswith("own."):
            _, layer, side = name.split(".")
            state |= {f"layers.{layer}.{side}.{task}": value[index].float() for index, task in enumerate(KINDS)}
    return state


def bundle_of(weights: Path, to: Path, *, name: str = "toy", rank: int = 4) -> Bundle | None:
    """Write the bundle from the tensors that a run kept (`elementary.pt`); None where its low-rank arm was not trained."""
    kept: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    member = {key.removeprefix("lowrank/"): value for key, value in kept.items() if key.startswith("lowrank/")}
    if not member:
        return None
    model = InstructIPT(preset(name, tasks=KINDS, rank=rank))
    model.load_state_dict(state_of(member))
    return write_bundle(
        to,
        model,
        model.architecture(),
        tasks=KINDS,
        licence="MIT",
        training_data="Crops of the project's free photographs, with noise and short blur made by formula (training/README.md).",
        version="1",
        dtype=torch.float16,
    )
