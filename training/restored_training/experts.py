"""Experts: what `swift` knows of one task, trained alone, and joined again into one model.

Only one plan is compiled into `swift`'s weights at a time, so what belongs to a task can be trained by itself, in a process of
its own and with what is right for its damage, while everything that the tasks share keeps still.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from restored.instruction.tasks import TASKS, Task, is_task
from restored.models.swift import Swift, SwiftConfig
from restored.models.swift.lowrank import TaskConv2d

from . import checkpoint
from .checkpoint import CheckpointError

_SHUT: Final = 0.02
"""A channel whose gain for a task is below this does nothing for it."""
_OF_TASKS: Final = ("own", "up", "down", "task_bias", "gain")


def of_tasks(name: str) -> bool:
    """True for the weights of a `swift` whose leading dimension is the task."""
    part = name.split(".")
    return part[-1] in _OF_TASKS or (part[0] == "reader" and part[1] in ("tone", "film", "grid"))


def freeze_shared(model: nn.Module) -> None:
    """Let only what belongs to single tasks learn."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(of_tasks(name))


def widened(begun: Mapping[str, Any], config: SwiftConfig) -> dict[str, Tensor]:
    """The weights of a `swift`, for one whose biases have a higher rank or are of full rank: the same function.

    begun: as `weights_of` returns; config: the new architecture. In layers that become each task's own, channels that the task's
    gains had shut come back with the general weight, and what follows does not hear them yet. Raises CheckpointError.
    """
    old = _load(begun)
    free = {name: getattr(config, name) for name in ("rank", "own_levels", "composite", "reductions")}
    if replace(old.config, **free) != config:
        raise CheckpointError("Those weights are of another architecture than this run: more than the biases' rank differs.")
    torch.manual_seed(0)  # the new directions of all experts begin alike
    new = Swift(config)
    with torch.no_grad():
        deaf: dict[int, Tensor | None] = {}
        for name, conv in new.convs.items():
            before = old.convs[name]
            assert isinstance(conv, TaskConv2d)
            assert isinstance(before, TaskConv2d)
            conv.weight.copy_(before.weight)
            conv.bias.copy_(before.bias)
            for number in range(len(TASKS)):
                if conv.rank is None:
                    deaf[number] = _own(conv, before, number, deaf.get(number))
                else:
                    _of_rank(conv, before, number)
        new.reader.load_state_dict(old.reader.state_dict())
    return {name: value.detach().clone() for name, value in new.state_dict().items()}


def join(base: Mapping[str, Tensor], experts: Mapping[Task, Mapping[str, Tensor]], config: SwiftConfig) -> dict[str, Any]:
    """One checkpoint's worth of state: of each expert what belongs to its task, of `base` everything else.

    base, experts: state dicts of one architecture. Raises CheckpointError when an expert was not begun from `base`.
    """
    joined = {name: value.float().clone() for name, value in base.items()}
    for task, state in experts.items():
        for name, value in joined.items():
            if name not in state or state[name].shape != value.shape:
                raise CheckpointError(f"The expert for {task} is of another architecture than the model it should join.")
            if of_tasks(name):
                value[TASKS.index(task)] = state[name][TASKS.index(task)].float()
            elif not torch.allclose(state[name].float(), value, atol=1e-5):
                raise CheckpointError(f"The expert for {task} was begun from another model: its {name} differs.")
    return {"model": joined, "ema": joined, "family": Swift.family, "hyperparameters": config.to_dict(), "step": 0, "text": {}}


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
    configs = [SwiftConfig(**state["hyperparameters"]) for _, state in read]
    if any(config != configs[0] for config in configs):
        raise CheckpointError("These experts are of different architectures: their run files' hyperparameters must be the same.")
    joined = join(read[0][1]["ema"], experts, configs[0])
    joined["step"] = sum(int(state["step"]) for _, state in read)
    to.mkdir(parents=True, exist_ok=True)
    checkpoint.save(to / "checkpoint.pt", joined)
    for task, folder in zip(experts, folders, strict=True):
        shutil.copyfile(folder / "config.yaml", to / f"expert-{task}.yaml")
    manifest = folders[0] / "photographs.json"
    if manifest.exists():
        shutil.copyfile(manifest, to / manifest.name)
    return list(experts)


def _own(conv: TaskConv2d, before: TaskConv2d, number: int, deaf: Tensor | None) -> Tensor | None:
    """Fill one task's bias of full rank. Returns the channels that the next conv must not hear yet."""
    plan = torch.zeros(len(TASKS))
    plan[number] = 1
    weight, bias = (value.clone() for value in before.compiled(plan))
    shut = None
    if before.gain is not None:
        shut = (1 + before.gain[number]).abs() < _SHUT
        change = before.change(torch.tensor([number]), torch.ones(1)).view_as(weight)
        weight[shut], bias[shut] = (before.weight + change)[shut], before.bias[shut]
    elif deaf is not None:
        weight[:, deaf] = 0
    conv.own[number] = (weight - before.weight).flatten(1)
    conv.task_bias[number] = bias - before.bias
    return shut


def _of_rank(conv: TaskConv2d, before: TaskConv2d, number: int) -> None:
    """Carry one task's low-rank bias into more directions, which begin silent."""
    if before.rank is None or before.rank > (conv.rank or 0):
        raise CheckpointError("Those weights have biases of a higher rank than this run's.")
    conv.up[number].zero_()
    conv.up[number, :, : before.rank] = before.up[number]
    conv.down[number, : before.rank] = before.down[number]
    conv.task_bias[number] = before.task_bias[number]
    if conv.gain is not None and before.gain is not None:
        conv.gain[number] = before.gain[number]


def _load(begun: Mapping[str, Any]) -> Swift:
    if begun.get("family") != Swift.family:
        raise CheckpointError(f"Experts are made of swift models, not of {begun.get('family')}.")
    model = Swift(SwiftConfig(**begun["hyperparameters"]))
    weights: Mapping[str, Tensor] = begun.get("ema") or begun["model"]
    model.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
    return model
