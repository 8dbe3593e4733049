"""A task more for a trained bundle: only its biases are trained, and nothing of the others changes (Instruct-IPT, section 4)."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from restored.ground.tasks import Task
from restored.instruction.plan import Plan
from restored.models.base import WHOLE, ModelError, Request
from restored.models.bundle import Bundle, load_bundle, write_bundle
from restored.models.manifest import WEIGHTS
from restored.models.restorer import Restorer

from ..data.paths import known_task
from ..data.photographs import PhotoSet
from ..data.sampling import Group, GroupSampler, PatchSource
from ..runs.config import MixConfig
from .optimizer import StackedOptimizer
from .stacked import schedule

_PATCHES = 8
_TEST = 6


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it. bytes_before, bytes_after: of the weights' files; parameters: of the new biases; input, before, after:
    mean PSNR in dB on kept-out photographs of the damaged pictures, of what the general weights make of them, and of the
    result; unchanged: the old tasks, whose results on those pictures are the same to the byte."""

    bundle: Bundle
    task: Task
    parameters: int
    bytes_before: int
    bytes_after: int
    input: float
    before: float
    after: float
    unchanged: tuple[Task, ...]


def add_task(
    source: str | Path,
    task: str,
    to: Path,
    photographs: Path,
    *,
    steps: int = 200,
    size: int = 64,
    seed: int = 0,
    device: str = "cpu",
    limit: int | None = None,
    tell: Callable[[int, float], None] = lambda step, loss: None,
) -> Added:
    """Train the biases of one more task on a bundle's network and write the larger bundle to `to`.

    photographs: what to make damage on (see `restored_training.data.photographs`). Raises ModelError for a bundle whose family
    has no such biases, or that has the task already, for a place where something is, and when any result of an older task of the
    written bundle is not the one that the bundle before gives.
    """
    if to.exists():
        raise ModelError(f"There is a “{to}” already, and it is left as it is. Choose another name.")
    bundle = load_bundle(source)
    model, added = bundle.network().to(device), known_task(task)
    add = getattr(model, "add_task", None)
    if add is None:
        raise ModelError(f"“{bundle.name}” is a {model.family} model, whose tensors know no tasks apart: train it anew instead.")
    old = tuple(model.tasks or ())
    sampler = _sampler(photographs, "train", added, seed, limit)
    test = _sampler(photographs, "heldout", added, seed + 1, limit).draw(0, size * 2 // 64 * 64 or 64, device)
    before = _results(model, old, test.damaged)
    torch.manual_seed(seed)
    add(added)
    model.to(device)
    begun = _psnr(model.train_on(test).detach(), test.target)
    parameters = _train(model, added, sampler, steps, size, device, tell)
    manifest = bundle.manifest
    with torch.no_grad():
        finished = _psnr(model.train_on(test), test.target)
    larger = write_bundle(
        to,
        model.cpu(),
        model.architecture(),
        tasks=(*manifest.tasks, added),
        licence=manifest.licence,
        training_data=f"{manifest.training_data} “{added}”: biases only, {steps} steps on {photographs.name}.",
        version=manifest.version,
        metrics=manifest.metrics,
        dtype=_stored(bundle),
    )
    # what was written is what counts: it is read back as a job reads it
    after = _results(larger.network().to(device), old, test.damaged)
    changed = [name for name, one, two in zip(old, before, after, strict=True) if not torch.equal(one, two)]
    if changed:
        shutil.rmtree(to)
        raise ModelError(f"With “{added}”, {', '.join(changed)} would not have stayed as it was; nothing was kept.")
    return Added(
        larger,
        added,
        parameters,
        _weight_bytes(bundle),
        _weight_bytes(larger),
        _psnr(test.damaged, test.target),
        begun,
        finished,
        old,
    )


def _train(
    model: Restorer, task: Task, sampler: GroupSampler, steps: int, size: int, device: str, tell: Callable[[int, float], None]
) -> int:
    """Train what serves this task alone; returns how many parameters that is."""
    model.requires_grad_(False)
    own = {name: value.requires_grad_() for name, value in model.named_parameters() if model.serves(name) == task}
    # a leading dimension of one: the optimiser's members, whose memory is the parameters' own
    places = {name: value.detach()[None] for name, value in own.items()}
    matrices = {name: (value.shape[-2], value.shape[-1]) for name, value in own.items() if value.ndim == 2}
    optimizer = StackedOptimizer(places, matrices)
    for step in range(steps):
        group: Group = sampler.draw(step, size, device)
        loss = (model.train_on(group) - group.target).abs().mean()
        gradients = torch.autograd.grad(loss, list(own.values()))
        optimizer.rate.fill_(0.5 * schedule(step, steps))
        optimizer.step({name: gradient[None] for name, gradient in zip(own, gradients, strict=True)})
        tell(step + 1, float(loss.detach()))
    model.requires_grad_(False)
    return sum(value.numel() for value in own.values())


def _sampler(photographs: Path, split: str, task: Task, seed: int, limit: int | None) -> GroupSampler:
    photos = PhotoSet(photographs, "heldout" if split == "heldout" else "train", longest=1024, limit=limit)
    mix = MixConfig.single(tasks={task: 1.0})
    return GroupSampler(PatchSource(photos.images, (1.0, 0.5)), mix, _PATCHES if split == "train" else _TEST, seed)


@torch.no_grad()
def _results(model: Restorer, tasks: tuple[Task, ...], images: Tensor) -> list[Tensor]:
    """What a job for each task gives, for each picture."""
    out = []
    for task in tasks:
        conditioned = model.condition(Request(Plan.of(task), None, images[:1]))
        out.append(torch.cat([conditioned.forward(image[None], WHOLE) for image in images]))
    return out


def _psnr(result: Tensor, target: Tensor) -> float:
    each = -10 * (result.detach().clamp(0, 1) - target).square().mean((1, 2, 3)).clamp_min(1e-10).log10()
    return float(np.mean(each.cpu().numpy()))


def _stored(bundle: Bundle) -> torch.dtype:
    """How to store the larger bundle, so that no older number is rounded: as the weights are now, where they are all in half
    precision, else (packed ones too) in float32."""
    kinds = set()
    with safe_open(bundle.folder / WEIGHTS, framework="pt") as stored:
        for name in stored.keys():  # noqa: SIM118 - it is no mapping
            kinds.add(stored.get_slice(name).get_dtype())
    return torch.float16 if kinds == {"F16"} else torch.float32


def _weight_bytes(bundle: Bundle) -> int:
    return sum(path.stat().st_size for path in bundle.folder.glob("*.safetensors"))
