"""What every family's networks cost, counted without allocating them: for people who choose, and for whoever checks."""

from collections.abc import Mapping
from typing import Any

import torch

from . import registry
from .family import Family


def sizes() -> list[dict[str, Any]]:
    """One entry per family: its name, what runs it, and its presets with parameters and cost, as plain values."""
    out = []
    for name in registry.names():
        family = registry.family(name)
        presets = [_preset(family, preset, architecture) for preset, architecture in family.presets().items()]
        runtimes = ["PyTorch (CPU, CUDA, MPS)", *(["OpenVINO (CPU)"] if family.has_light else [])]
        out.append({"family": name, "reads_text": family.reads_text, "runtimes": runtimes, "presets": presets})
    return out


def _preset(family: Family, name: str, architecture: Mapping[str, Any]) -> dict[str, Any]:
    """parameters: the general ones, as stored; parameters_per_task: what each task adds."""
    with torch.device("meta"):
        network = family.network(architecture)
    whole = sum(value.numel() for value in network.parameters())
    of_tasks = sum(
        value.numel() for key, value in network.named_parameters() if network.is_of_tasks(key) or network.serves(key) is not None
    )
    macs = family.macs_per_pixel(architecture)
    tasks = list(network.tasks or ())
    return {
        "preset": name,
        "parameters": whole - of_tasks,
        "parameters_per_task": of_tasks // len(tasks) if tasks else 0,
        "tasks": tasks or "what its instructions were trained for",
        "kmacs_per_pixel": None if macs is None else round(macs / 1000, 1),
    }
