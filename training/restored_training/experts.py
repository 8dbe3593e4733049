"""Experts: what a model knows of one task, trained alone, and joined again into one model.

Where only one plan is compiled into the weights at a time, what belongs to a task can be trained by itself, in a process of its
own and with what is right for its damage, while everything that the tasks share keeps still.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from restored.instruction.tasks import Task, is_task
from restored.models.registry import build
from restored.models.restorer import Restorer

from . import checkpoint
from .checkpoint import CheckpointError


def freeze_shared(model: Restorer) -> None:
    """Let only what belongs to single tasks learn."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(model.is_of_tasks(name))


def join(base: Mapping[str, Tensor], experts: Mapping[Task, Mapping[str, Tensor]], model: Restorer) -> dict[str, Any]:
    """One checkpoint's worth of state: of each expert what belongs to its task, of `base` everything else.

    base, experts: state dicts of networks like `model`. Raises CheckpointError when an expert was not begun from `base`.
    """
    if model.tasks is None or not set(experts) <= set(model.tasks):
        raise CheckpointError(
            f"A {model.family} model has no weights of its own for {', '.join(experts)}: there is nothing to join."
        )
    joined = {name: value.float().clone() for name, value in base.items()}
    for task, state in experts.items():
        for name, value in joined.items():
            if name not in state or state[name].shape != value.shape:
                raise CheckpointError(f"The expert for {task} is of another architecture than the model it should join.")
            if model.is_of_tasks(name):
                number = model.tasks.index(task)
                value[number] = state[name][number].float()
            elif not torch.allclose(state[name].float(), value, atol=1e-5):
                raise CheckpointError(f"The expert for {task} was begun from another model: its {name} differs.")
    facts = {"family": model.family, "hyperparameters": model.architecture(), "step": 0, "text": {}}
    return {"model": joined, "ema": joined, **facts}


def read_expert(folder: Path) -> tuple[Task, dict[str, Any]]:
    """The task of an expert's run folder and its checkpoint. Raises CheckpointError when it holds none."""
    import yaml

    file = folder / "config.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    named = (config.get("mix") or {}).get("named")
    if named is None or not is_task(named):
        raise CheckpointError(f"{folder} is not the run of an expert: its config names no task under “mix: named”.")
    return named, checkpoint.load(folder / "checkpoint.pt")


def join_folders(folders: Sequence[Path], to: Path) -> list[Task]:
    """Join the experts in run folders into `to`: checkpoint, photographs' manifest and the runs' configs. Returns their tasks.

    Raises CheckpointError when one is no expert, when two are for the same task, or when they do not belong together.
    """
    read = [read_expert(folder) for folder in folders]
    experts: dict[Task, Mapping[str, Tensor]] = {}
    for task, state in read:
        if task in experts:
            raise CheckpointError(f"Two of these runs are experts for {task}.")
        experts[task] = state["ema"]
    if not experts:
        raise CheckpointError("There is nothing to join: name the run folders of experts.")
    models = [build(state.get("family", ""), state["hyperparameters"]) for _, state in read]
    if any((model.family, model.architecture()) != (models[0].family, models[0].architecture()) for model in models):
        raise CheckpointError("These experts are of different architectures: their run files' hyperparameters must be the same.")
    joined = join(read[0][1]["ema"], experts, models[0])
    joined["step"] = sum(int(state["step"]) for _, state in read)
    to.mkdir(parents=True, exist_ok=True)
    checkpoint.save(to / "checkpoint.pt", joined)
    for task, folder in zip(experts, folders, strict=True):
        shutil.copyfile(folder / "config.yaml", to / f"expert-{task}.yaml")
    manifest = folders[0] / "photographs.json"
    if manifest.exists():
        shutil.copyfile(manifest, to / manifest.name)
    return list(experts)
