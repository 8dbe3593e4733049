"""Experts joined: of each what belongs to its task, of what they all began from the rest."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from restored.ground.tasks import FIRST_TASKS, Task, is_task
from restored.models.registry import build
from restored.models.restorer import Restorer

from ..runs import checkpoint
from ..runs.checkpoint import CheckpointError, averaged
from ..runs.folder import RunFolder
from ..training.carry import weights_of


@dataclass(frozen=True, slots=True)
class Blend:
    """How much of an expert is taken, and of what the rest is: of another model with the same shared weights, or of what the
    expert began from. The mean of a fine-tuned network and an earlier one is often better than both at what neither was trained
    on (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models")."""

    share: float = 1.0
    rest: Path | None = None

    @classmethod
    def read(cls, text: str) -> tuple[Task, "Blend"]:
        """From "TASK=SHARE" or "TASK=SHARE:MODEL". Raises CheckpointError with a sentence."""
        task, _, said = text.partition("=")
        share, _, rest = said.partition(":")
        try:
            blend = cls(float(share), Path(rest) if rest else None)
        except ValueError:
            blend = cls(2.0)
        if not is_task(task) or not 0 < blend.share <= 1:
            raise CheckpointError(f"“{text}” is no blend: name a task and a share above 0, such as enhance=0.5.")
        return task, blend


@dataclass(frozen=True, slots=True)
class Expert:
    """A run that trained one task: its averaged weights, in a model for that task alone, and what it began from.

    state may lack what an expert cannot have changed: a rented machine does not send that back."""

    task: Task
    state: Mapping[str, Tensor]
    family: str
    architecture: Mapping[str, Any]
    steps: int = 0
    start_from: Path | None = None


def join(begun: Mapping[str, Any], experts: Sequence[Expert], blends: Mapping[Task, Blend] | None = None) -> dict[str, Any]:
    """One checkpoint's worth of state: of each expert what belongs to its task, of `begun`, which all began from, the rest.

    begun: as `weights_of` returns. blends: of which tasks only a part is the expert's. Raises CheckpointError when two experts
    are for one task, when one was not begun from `begun`, or when they do not belong together.
    """
    if not experts:
        raise CheckpointError("There is nothing to join: name the run folders of experts.")
    by_task = {expert.task: expert for expert in experts}
    if len(by_task) < len(experts):
        raise CheckpointError("Two of these runs are experts for the same task.")
    family, tasks = begun.get("family", ""), begun["hyperparameters"].get("tasks") or list(FIRST_TASKS)
    free = {"tasks": list(tasks), **({"coarse_tasks": []} if "coarse_tasks" in experts[0].architecture else {})}
    alike = {**experts[0].architecture, **free}
    if any({**expert.architecture, **free} != alike or expert.family != family for expert in experts):
        raise CheckpointError("These experts are of different architectures: their run files' hyperparameters must be the same.")
    if "coarse_tasks" in free:  # each as it was trained, and a task whose expert was not trained anew as it was
        before = build(family, begun["hyperparameters"]).architecture()
        ways = {task: by_task[task].architecture if task in by_task else before for task in tasks}
        alike["coarse_tasks"] = [task for task, way in ways.items() if task in way["coarse_tasks"]]
    model = build(family, alike)
    if model.tasks is None or not set(by_task) <= set(model.tasks):
        raise CheckpointError(f"A {family} model has no weights of its own for {', '.join(by_task)}: there is nothing to join.")
    joined = {name: value.float() for name, value in model.adopt(averaged(begun), begun["hyperparameters"]).items()}
    for task in blends or {}:
        if task not in by_task:
            raise CheckpointError(f"There is no expert for {task} here to take a part of.")
    for task, expert in by_task.items():
        number = model.tasks.index(task)
        blend = (blends or {}).get(task, Blend())
        rest = None if blend.rest is None else _adopted(model, blend.rest)
        for name, value in joined.items():
            own, of_tasks, served = expert.state.get(name), model.is_of_tasks(name), model.serves(name)
            if own is None and not (of_tasks or served == task):
                continue
            place = value[number : number + 1] if of_tasks else value
            if own is None or own.shape != place.shape:
                raise CheckpointError(f"The expert for {task} is of another architecture than the model it should join.")
            if of_tasks or served == task:
                other = place if rest is None else rest[name][number : number + 1] if of_tasks else rest[name]
                place.copy_(blend.share * own.float() + (1 - blend.share) * other if blend.share < 1 else own.float())
            elif served is None and not torch.allclose(own.float(), value, atol=1e-5):
                raise CheckpointError(f"The expert for {task} was begun from another model: its {name} differs.")
    facts = {"family": family, "hyperparameters": model.architecture(), "text": {}}
    return {"model": joined, "ema": joined, "step": sum(expert.steps for expert in experts), **facts}


def _adopted(model: Restorer, path: Path) -> Mapping[str, Tensor]:
    """Another model's weights, as this one would take them."""
    other = weights_of(path)
    return {name: value.float() for name, value in model.adopt(averaged(other), other["hyperparameters"]).items()}


def read_expert(folder: RunFolder) -> Expert:
    """The expert of a run folder. Raises CheckpointError when it holds none."""
    config = folder.settings()
    named = (config.get("mix") or {}).get("named")
    if named is None or not is_task(named):
        raise CheckpointError(f"{folder} is not the run of an expert: its config names no task under “mix: named”.")
    state = checkpoint.load(folder.checkpoint)
    begun = (config.get("model") or {}).get("start_from")
    return Expert(
        task=named,
        state=averaged(state),
        family=state.get("family", ""),
        architecture=state["hyperparameters"],
        steps=int(state.get("step", 0)),
        start_from=Path(begun) if begun else None,
    )


def join_folders(
    folders: Sequence[RunFolder], to: RunFolder, base: Path | None = None, blends: Mapping[Task, Blend] | None = None
) -> list[Task]:
    """Join the experts in run folders into `to`: checkpoint, photographs' manifest and the runs' configs. Returns their tasks.

    base: what they began from; default: what their run files say. Raises CheckpointError when one is no expert, when two are
    for the same task, or when they do not belong together.
    """
    experts = [read_expert(folder) for folder in folders]
    base = base or next((expert.start_from for expert in experts if expert.start_from), None)
    if experts and base is None:
        raise CheckpointError("These experts do not say what they began from: name it with --base.")
    joined = join(weights_of(base) if base else {}, experts, blends)
    to.make()
    checkpoint.save(to.checkpoint, joined)
    for expert, folder in zip(experts, folders, strict=True):
        shutil.copyfile(folder.config, to.expert(expert.task))
    if folders[0].photographs.exists():
        shutil.copyfile(folders[0].photographs, to.photographs)
    return [expert.task for expert in experts]
