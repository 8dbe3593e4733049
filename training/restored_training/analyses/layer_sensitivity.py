"""Layer sensitivity: which layers a task needs to change (Instruct-IPT, Table 2 and Section 3.1)."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from restored.instruction.tasks import TASKS, Task
from restored.models.lowrank import task_layers
from restored.models.restorer import Batch, Restorer

from ..data.sampling import GroupSampler, PatchSource
from ..report.curves import to_image
from ..runs.config import DataConfig, MixConfig

State = Mapping[str, Tensor]

_SEED: Final = 20_261


def layer_change(before: State, after: State) -> dict[str, float]:
    """Cosine similarity of every weight before and after finetuning: near 1 means the layer hardly had to change.

    Both state dicts are of one architecture; only floating-point tensors of two dimensions or more count.
    """
    out = {}
    for name, old in before.items():
        new = after.get(name)
        if new is not None and old.is_floating_point() and old.dim() >= 2 and old.shape == new.shape:
            out[name] = _cosine(old, new)
    return out


def task_change(model: Restorer, tasks: Sequence[Task] = ()) -> dict[str, dict[Task, float]]:
    """For a trained network: cosine similarity of each conv's general weight and its weight compiled for one task alone; for
    those tasks that it has biases for, where no others are named."""
    out: dict[str, dict[Task, float]] = {}
    for name, conv in task_layers(model).items():
        out[name] = {}
        for task in tasks or _own(model):
            with torch.no_grad():
                weight, _ = conv.compiled(_only(model, task))
            out[name][task] = _cosine(conv.weight.detach(), weight)
    return out


def bias_sizes(model: Restorer) -> dict[Task, float]:
    """How much of a network is specific to each task: the norm of all its biases over that of the general weights.

    Tasks whose biases stay as small as the general weights' own jitter (see `jitter`) have not been learned.
    """
    assert model.tasks is not None
    convs = task_layers(model).values()
    general = sum(float(conv.weight.detach().square().sum()) for conv in convs)
    out: dict[Task, float] = {}
    for index, task in enumerate(model.tasks):
        own = sum(float(conv.change(torch.tensor([index]), torch.ones(1)).detach().square().sum()) for conv in convs)
        out[task] = (own / general) ** 0.5
    return out


def jitter(state: Mapping[str, State]) -> float:
    """How far a checkpoint's weights stray from their running average: |model - ema| / |ema| over all convs' general weights."""
    names = [name for name in state["ema"] if name.startswith(("convs.", "layers.")) and name.endswith(".weight")]
    apart = sum(float((state["model"][name] - state["ema"][name]).square().sum()) for name in names)
    size = sum(float(state["ema"][name].square().sum()) for name in names)
    return (apart / size) ** 0.5 if size else 0.0


@torch.no_grad()
def layer_effect(model: Restorer, batch: Batch, target: Tensor) -> dict[str, float]:
    """What each conv's task bias is worth: PSNR lost (dB) when that one conv keeps its general weight.

    batch: pictures under a plan of one task; target: (N, 3, h, w) in [0, 1].
    """
    whole = _psnr(model.train_on(batch), target)
    lost = {}
    for name, conv in task_layers(model).items():
        with conv.without_tasks():
            lost[name] = whole - _psnr(model.train_on(batch), target)
    return lost


def effects(model: Restorer, photographs: Sequence[np.ndarray], count: int, *, size: int = 128) -> dict[str, dict[Task, float]]:
    """`layer_effect` for every conv and each task of the network's own, on `count` patches per task, damaged as in training.

    photographs: (H, W, 3) uint8 each.
    """
    source = PatchSource(photographs, DataConfig().scales)
    out: dict[str, dict[Task, float]] = {}
    for number, task in enumerate(_own(model)):
        mix = MixConfig.single(tasks={task: 1.0})
        group = GroupSampler(source, mix, count, _SEED).draw(number, size)
        for name, value in layer_effect(model, group, group.target).items():
            out.setdefault(name, {})[task] = value
    return out


def plot_layers(values: Mapping[str, Mapping[Task, float]], title: str) -> Image.Image:
    """A heat map: one row per layer, one column per task."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    layers = list(values)
    tasks = list(next(iter(values.values())))
    figure, axis = plt.subplots(figsize=(1.2 + 0.75 * len(tasks), 1 + 0.28 * len(layers)))
    drawn = axis.imshow([[values[layer][task] for task in tasks] for layer in layers], aspect="auto", cmap="viridis")
    axis.set_xticks(range(len(tasks)), tasks, rotation=45, ha="right")
    axis.set_yticks(range(len(layers)), layers, fontsize=8)
    axis.set_title(title)
    figure.colorbar(drawn)
    return to_image(figure)


def _cosine(before: Tensor, after: Tensor) -> float:
    """Cosine similarity of two weights; 1 when nothing changed, also for a layer that is still zero."""
    a, b = before.float().flatten(), after.float().flatten()
    return 1.0 if torch.equal(a, b) else float(F.cosine_similarity(a, b, dim=0))


def _own(model: Restorer) -> list[Task]:
    return [task for task in TASKS if task in (model.tasks or ())]


def _only(model: Restorer, task: Task) -> Tensor:
    return torch.tensor([float(task == other) for other in model.tasks or ()])


def _psnr(image: Tensor, target: Tensor) -> float:
    return float(-10 * torch.log10((image.clamp(0, 1) - target).square().mean().clamp_min(1e-10)))
