"""`instruct_ipt`: Instruct-IPT's method on an IPT-V2-style transformer. General weights plus a bias of low rank per task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.ground.tasks import LABELS, Task
from restored.instruction.plan import Plan

from ..base import Conditioned, ModelError, Request, Window
from ..modulation import DOWN, UP, Modulated, low_rank, new_factors
from ..restorer import Batch, Restorer
from .config import InstructIPTConfig
from .graph import Net, Weights
from .reach import halo
from .weights import Dense, Sublayer, denses, stages


class TaskWeight(Modulated):
    """A dense weight (out, in, k, k), perhaps a bias (out,), and per task the factors of what it adds: up (out, r), zero at the
    start, and down (r, in*k*k). Tasks are separate tensors, so that one is added without touching the others' bytes."""

    def __init__(self, dense: Dense, rank: int) -> None:
        super().__init__()
        self.rank = rank if dense.modulated else 0
        weight = torch.randn(dense.channels_out, dense.channels_in, dense.kernel, dense.kernel)
        # zero at the end of the network and of each residual part: at the start all is identity, and it learns much sooner
        ends = dense.role in ("output", "projection") or dense.name.endswith(("_first_out", "_second_out"))
        weight *= 0.0 if ends else dense.fan_in**-0.5
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(dense.channels_out)) if dense.bias else None
        self.up, self.down = nn.ParameterDict(), nn.ParameterDict()

    def compiled(self, weights: Tensor) -> tuple[Tensor, Tensor | None]:
        """The weight and bias for one plan, alone (a job compiles all layers together). weights: (tasks,)."""
        if self.general or not self.rank:
            return self.weight, self.bias
        return self.weight + self.change(slice(None), weights).view_as(self.weight), self.bias

    def change(self, tasks: Tensor | slice, strengths: Tensor) -> Tensor:
        """What tasks add to the weight: (out, in*k*k). tasks: (n,) int64, their numbers; strengths: (n,) float."""
        if not self.rank:
            return torch.zeros_like(self.weight).flatten(1)
        up, down = (torch.stack(list(side.values()))[tasks] for side in (self.up, self.down))
        return low_rank(up, down, strengths)

    def add_task(self, task: Task) -> None:
        if self.rank and task not in self.up:
            up, down = new_factors(self.weight.shape[0], self.weight[0].numel(), self.rank)
            self.up[task], self.down[task] = nn.Parameter(up), nn.Parameter(down)


class Depthwise(nn.Module):
    """A depthwise 3x3 convolution; with `branches` it learns as 3x3 + 1x1 + identity (RepVGG, arXiv 2101.03697, without its
    norms) and runs as one 3x3."""

    def __init__(self, channels: int, *, bias: bool, branches: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, 1, 3, 3) / 3)
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else None
        self.point = nn.Parameter(torch.zeros(channels)) if branches else None

    def folded(self) -> tuple[Tensor, Tensor | None]:
        return folded(self.weight, self.point), self.bias


def folded(weight: Tensor, point: Tensor | None) -> Tensor:
    """The one kernel that does what a 3x3 kernel, a 1x1 kernel and the identity do together. (C, 1, 3, 3), (C,)."""
    return weight if point is None else weight + F.pad((point + 1)[:, None, None, None], (1, 1, 1, 1))


class InstructIPT(Restorer):
    """The network of the `instruct_ipt` family. Without arguments: the `small` preset."""

    family: ClassVar[str] = "instruct_ipt"
    composite = False

    def __init__(self, config: InstructIPTConfig | None = None) -> None:
        super().__init__()
        self.config = config or InstructIPTConfig()
        self.layers = nn.ModuleDict({dense.name: TaskWeight(dense, dense.rank(self.config)) for dense in denses(self.config)})
        self.inner = nn.ModuleDict()
        self.norms = nn.ModuleDict()
        self.temperatures = nn.ParameterDict()
        for part in stages(self.config):
            self._add_inner(part)
        for task in self.config.tasks:
            for layer in self._weights().values():
                layer.add_task(task)
        self.net = Net.of(self.config)
        self.tap: Callable[[Tensor], None] | None = None
        self.tasks = self.config.tasks
        self.stride = self.config.stride
        # measured: 382, 2,084, 2,702 and 4,587 bytes for toy, small, desktop and paper; the finest level has it all
        self.working_bytes = 96 * self.config.widths[0] // self.config.stem**2  # type: ignore[misc]
        self.halo = halo(self.config)

    def _add_inner(self, part: Sublayer) -> None:
        light, branches = self.config.light, part.kind == "ffn"
        self.inner[part.name] = Depthwise(part.inner(self.config), bias=light, branches=branches)
        self.norms[part.name] = nn.LayerNorm(part.width)
        if part.kind == "fcsa":
            self.temperatures[part.name] = nn.Parameter(torch.full((part.width // self.config.head_width,), 4.0))

    def _weights(self) -> dict[str, TaskWeight]:
        return {name: layer for name, layer in self.layers.items() if isinstance(layer, TaskWeight)}

    def add_task(self, task: Task) -> None:
        """Biases of zeros for one more task: until they are trained, it does what the general weights do."""
        if task in self.config.tasks:
            raise ModelError(f"This model can treat “{LABELS[task]}” already.")
        self.config = replace(self.config, tasks=(*self.config.tasks, task))
        self.tasks = self.config.tasks
        for layer in self._weights().values():
            layer.add_task(task)

    def overlap(self, plan: Plan) -> int:
        """Trained weights reach less far than the halo, which is hundreds of pixels; see OVERLAP."""
        return min(self.halo, OVERLAP)

    def compile(self, strengths: Mapping[str, float]) -> Weights:  # type: ignore[override]
        """Every weight for one plan: W' = W + sum_t p_t up_t down_t, re-parameterised convs folded; differentiable.

        Layers of one shape are compiled together. Raises ModelError for a task without biases.
        """
        active = [task for task in self.config.tasks if strengths.get(task)]
        if missing := [task for task, strength in strengths.items() if strength and task not in self.config.tasks]:
            raise ModelError(f"This model was not made for {', '.join(missing)}.")
        out: dict[str, tuple[Tensor, Tensor | None]] = {}
        alike: dict[tuple[int, ...], list[tuple[str, TaskWeight]]] = {}
        for name, layer in self._weights().items():
            out[name] = (layer.weight, layer.bias)
            if layer.rank and active and not layer.general:
                alike.setdefault((*layer.weight.shape, layer.rank), []).append((name, layer))
        for group in alike.values():
            shape = group[0][1].weight
            p = torch.tensor([strengths[task] for task in active], dtype=shape.dtype, device=shape.device)
            up, down = (
                torch.stack([torch.stack([getattr(layer, side)[task] for task in active]) for _, layer in group])
                for side in (UP, DOWN)
            )
            for (name, layer), change in zip(group, low_rank(up, down, p), strict=True):
                out[name] = (layer.weight + change.view_as(layer.weight), layer.bias)
        return {**out, **self._unmodulated()}

    def _unmodulated(self) -> Weights:
        out: dict[str, tuple[Tensor, Tensor | None]] = {}
        for name, inner in self.inner.items():
            norm = self.norms[name]
            assert isinstance(inner, Depthwise)
            assert isinstance(norm, nn.LayerNorm)
            out[f"{name}_dw"], out[f"{name}_norm"] = inner.folded(), (norm.weight, norm.bias)
        for name, temperature in self.temperatures.items():
            out[f"{name}_temperature"] = (temperature, None)
        return out

    def forward(self, image: Tensor, strengths: Mapping[str, float]) -> Tensor:
        """Restore N tiles under one plan. image: (N, 3, h, w) in [0, 1], h and w multiples of `stride`; not clamped."""
        return self.restore(image, self.compile(strengths))

    def restore(self, image: Tensor, weights: Weights) -> Tensor:
        """The part of `forward` that is done per tile."""
        return image + self.net.correction(weights, image, adapt=self._shown if self.tap else None).float()

    def _shown(self, name: str, features: Tensor) -> Tensor:
        if name == "middle" and self.tap:
            self.tap(features.permute(0, 3, 1, 2))
        return features

    @torch.no_grad()
    def condition(self, request: Request) -> "ConditionedInstructIPT":
        """Compile the plan, once per job."""
        weights = self.compile(_strengths(request.plan))
        return ConditionedInstructIPT(self, {name: _still(layer) for name, layer in weights.items()})

    # -- training

    def architecture(self) -> dict[str, Any]:
        return self.config.to_dict()

    def train_on(self, batch: Batch, embedding: Tensor | None = None) -> Tensor:
        return self(batch.damaged, _strengths(batch.plan))

    def patch_unit(self, tasks: set[Task]) -> int:
        return self.stride

    def serves(self, name: str) -> Task | None:
        parts = name.split(".")
        return parts[-1] if parts[0] == "layers" and parts[-2] in (UP, DOWN) else None

    def alone(self, task: Task) -> dict[str, Any]:
        return replace(self.config, tasks=(task,)).to_dict()

    def adopt(self, weights: Mapping[str, Tensor], architecture: Mapping[str, Any]) -> dict[str, Tensor]:
        """Weights of a network for other tasks: tasks that only this one has keep the biases that they have, tasks that only the
        other has are left behind."""
        own, other = self.config.to_dict(), InstructIPTConfig(**architecture).to_dict()
        if {**own, "tasks": ()} != {**other, "tasks": ()}:
            raise ModelError("Those weights are of an instruct_ipt network of another shape.")
        return {name: weights.get(name, value) for name, value in self.state_dict().items()}

    def watch_deepest(self, keep: Callable[[Tensor], None]) -> int:
        self.tap = keep
        return self.config.widths[-1]


OVERLAP = 128
"""Pixels of surroundings, each side, that tiles are given. What a cut changes at most, in a trained toy on noisy photographs:
45/255 without surroundings, 0.32/255 with 64 px, 0.011/255 with 128 px, 0.0004/255 with 192 px. The larger presets have not been
trained here: measure them (tests/benchmarks/engine.py, seams) before they ship."""


@dataclass(frozen=True, slots=True)
class ConditionedInstructIPT(Conditioned):
    """An `instruct_ipt` whose weights are compiled for one job."""

    model: InstructIPT
    weights: Weights

    @torch.no_grad()
    def forward(self, tile: Tensor, window: Window, guess: Tensor | None = None) -> Tensor:
        return self.model.restore(tile, self.weights)


def _strengths(plan: Plan) -> dict[Task, float]:
    return {step.task: step.strength for step in plan.steps if step.strength > 0}


def _still(layer: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor | None]:
    weight, bias = layer
    return weight.detach(), None if bias is None else bias.detach()
