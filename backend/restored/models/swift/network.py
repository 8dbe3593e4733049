"""`swift`: a plain residual U-Net whose conv weights are compiled from the plan; fast on a CPU."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.ground.tasks import Task
from restored.instruction.plan import Plan

from .. import unet_torch
from ..base import Conditioned, Graph, ModelError, Request, Window
from ..coarse import descend, refined, unit
from ..lowrank import TaskConv2d
from ..restorer import Batch, Restorer, View
from .config import SwiftConfig
from .context import ContextReader, ContextReading, apply_tone, sample_grid
from .graph import conv_specs, unet
from .light import LightReading
from .light_veil import LightVeil
from .shape import VEILED
from .traits import SwiftTraits
from .veil import VeilReader

Convs = dict[str, tuple[Tensor, Tensor]]


class SwiftTorchOps(unet_torch.TorchOps):
    """The graph's operations in torch."""

    def scale_shift(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        return torch.addcmul(shift.to(x.dtype)[:, :, None, None], x, 1 + scale.to(x.dtype)[:, :, None, None])


TORCH_OPS: Final = SwiftTorchOps()

_SMOOTH: Final = 8
"""Pixels over which the lifted veil is compared in training."""


class Swift(SwiftTraits, Restorer):
    """The network of the `swift` family. Without arguments: the configuration that ships."""

    def __init__(self, config: SwiftConfig | None = None) -> None:
        super().__init__()
        self._take_traits(config or SwiftConfig())
        self.convs = nn.ModuleDict(
            {
                spec.name: TaskConv2d(
                    spec.channels_in,
                    spec.channels_out,
                    spec.kernel,
                    len(self.config.tasks),
                    stride=spec.stride,
                    rank=None if spec.level < self.config.own_levels else self.config.rank,
                    gain=spec.gain,
                    gated=spec.gated,
                )
                for spec in conv_specs(self.config)
            }
        )
        self.reader = ContextReader(self.config)
        self.veil = VeilReader(self.config.veil) if self.config.veil else None
        self.tap: Callable[[Tensor], None] | None = None

    def compile(self, weights: Tensor) -> Convs:  # type: ignore[override]
        """Every conv's weight and bias for one plan: the instruction, compiled into the weights. weights: (tasks,)."""
        return {name: conv.compiled(weights) for name, conv in self.convs.items() if isinstance(conv, TaskConv2d)}

    def forward(
        self, image: Tensor, weights: Tensor, context: Tensor, windows: Tensor, *, reductions: Sequence[int] = ()
    ) -> Tensor:
        """Restore N tiles under one plan, coarse to fine where `reductions` say so.

        image: (N, 3, h, w) in [0, 1], h and w multiples of `stride` (times the coarsest reduction); weights: (tasks,);
        context: (N, 3, ch, cw) in [0, 1]; windows: (N, 4), each tile's place in its layer. Returns (N, 3, h, w), not clamped.
        """
        convs, reading = self.compile(weights), self.read(context, weights)
        return refined(image, reductions, lambda small, guess: self.restore(small, convs, reading, windows, guess))

    def read(self, context: Tensor, weights: Tensor) -> ContextReading:
        """What the context (N, 3, ch, cw) says under one plan, weights (tasks,)."""
        reading = self.reader(context, weights)
        if self.veil is None or VEILED not in self.config.tasks:
            return reading
        strength = weights[self.config.tasks.index(VEILED)]
        wanted = len(weights) == 1 or bool(strength)  # an expert for haze is always asked to
        return replace(reading, veil=self.veil(context, strength)) if wanted else reading

    def toned(self, image: Tensor, reading: ContextReading, windows: Tensor, guess: Tensor | None = None) -> Tensor:
        """What the network corrects, (N, 3, h, w): the tile without its veil and with its tone mapped, or, where a coarser scale
        has been, with all that it would change."""
        if guess is not None:
            return image + guess
        lifted = image if reading.veil is None else reading.veil.lifted(image, windows)
        return apply_tone(lifted, reading)

    def restore(
        self, image: Tensor, convs: Convs, reading: ContextReading, windows: Tensor, guess: Tensor | None = None
    ) -> Tensor:
        """The part of `forward` that is done per tile and scale; guess: (N, 3, h, w), what a coarser scale would add."""
        toned = self.toned(image, reading, windows, guess)
        rows, columns = image.shape[2] // self.stride, image.shape[3] // self.stride
        grid = sample_grid(reading.grid, windows, rows, columns)
        both = torch.cat([image, toned], dim=1).contiguous(memory_format=torch.channels_last)
        return toned + unet(TORCH_OPS, self.config, convs, both, reading.films, grid, tap=self.tap).float()

    def strengths(self, plan: Plan) -> Tensor:
        """(tasks,) float32, the plan's strength per task that the tensors know, where the weights are."""
        return torch.tensor(plan.strengths(self.config.tasks), dtype=torch.float32, device=next(self.parameters()).device)

    @torch.no_grad()
    def condition(self, request: Request) -> "ConditionedSwift":
        """Compile the plan and read the context, once per job."""
        weights = self.strengths(request.plan)
        reading = self.read(torch.as_tensor(request.context, device=weights.device), weights)
        return ConditionedSwift(self, request.plan.strengths(self.config.tasks), self.compile(weights), reading)

    # -- training

    def architecture(self) -> dict[str, Any]:
        return self.config.to_dict()

    def train_on(self, batch: Batch, embedding: Tensor | None = None) -> Tensor:
        weights = self.strengths(batch.plan)
        return self(batch.damaged, weights, batch.context, batch.windows, reductions=self.reductions(batch.plan))

    def views(self, batch: Batch, target: Tensor, embedding: Tensor | None = None) -> list[View]:
        """Where it works coarse to fine, only the middle of the patch, a third as wide and high, is seen at full size: the
        reduced picture needs surroundings as wide as the damage, and what is left for the full size is short."""
        reductions = self.reductions(batch.plan)
        weights = self.strengths(batch.plan)
        convs, reading = self.compile(weights), self.read(batch.context, weights)
        if not reductions:
            result = self.restore(batch.damaged, convs, reading, batch.windows)
            return [View(result, target, batch.damaged), *self._lifted(batch, target, reading)]
        size = batch.damaged.shape[-1]
        margin = size // 3 // self.stride * self.stride
        middle = slice(margin, size - margin)
        left, top, right, bottom = batch.windows.unbind(1)
        share_x, share_y = (right - left) * margin / size, (bottom - top) * margin / size
        inner = batch.windows + torch.stack([share_x, share_y, -share_x, -share_y], 1)

        def step(small: Tensor, guess: Tensor | None) -> Tensor:
            if small.shape[-1] < size or guess is None:
                return self.restore(small, convs, reading, batch.windows, guess)
            return self.restore(small[..., middle, middle], convs, reading, inner, guess[..., middle, middle])

        out = []
        for factor, result in descend(batch.damaged, reductions, step):
            clean, seen = (
                value[..., middle, middle] if factor == 1 else F.avg_pool2d(value, factor) for value in (target, batch.damaged)
            )
            out.append(View(result, clean, seen))
        return out

    def views_of_layers(self, batch: Batch, target: Tensor) -> list[View]:
        """The layers without their veil and with their tone mapped: no convolution of the U-Net is run."""
        reading = self.read(batch.context, self.strengths(batch.plan))
        return [View(self.toned(batch.damaged, reading, batch.windows), target, batch.damaged)]

    def _lifted(self, batch: Batch, target: Tensor, reading: ContextReading) -> list[View]:
        """Where haze is lifted, the picture without its veil, reduced: what is smooth must come right before the network's levels
        see it, or they learn to paint it."""
        if reading.veil is None:
            return []
        toned = self.toned(batch.damaged, reading, batch.windows)
        return [View(*(F.avg_pool2d(value, _SMOOTH) for value in (toned, target, batch.damaged)))]

    def patch_unit(self, tasks: set[Task]) -> int:
        return unit(self.stride, self.config.reductions) if tasks & set(self.config.coarse_tasks) else 1

    def watch_deepest(self, keep: Callable[[Tensor], None]) -> int:
        self.tap = keep
        return self.config.widths[-1]

    def is_of_tasks(self, name: str) -> bool:
        part = name.split(".")
        return part[-1] in TaskConv2d.OF_TASKS or (part[0] == "reader" and part[1] in ("tone", "film", "grid"))

    def serves(self, name: str) -> Task | None:
        return VEILED if name.startswith("veil.") else None

    def alone(self, task: Task) -> dict[str, Any]:
        return {**self.architecture(), "tasks": [task]}

    def adopt(self, weights: Mapping[str, Tensor], architecture: Mapping[str, Any]) -> dict[str, Tensor]:
        """Of a `swift` whose biases may have a lower rank (see `widening`), and that may know more tasks."""
        before = SwiftConfig(**architecture)
        if before == self.config:
            return dict(weights)
        from .widening import widened

        return self.of_own_tasks(widened(weights, before, replace(self.config, tasks=before.tasks), Swift), before.tasks)

    def of_own_tasks(self, weights: Mapping[str, Tensor], tasks: Sequence[Task]) -> dict[str, Tensor]:
        """Of the weights of a `swift` for `tasks` those of one for this one's tasks. Raises ModelError when it lacks one."""
        if not set(self.config.tasks) <= set(tasks):
            raise ModelError(f"Those weights were not made for {', '.join(set(self.config.tasks) - set(tasks))}.")
        own = [tasks.index(task) for task in self.config.tasks]
        return {name: value[own].clone() if self.is_of_tasks(name) else value for name, value in weights.items()}


@dataclass(frozen=True, slots=True)
class ConditionedSwift(Conditioned):
    """A `swift` whose weights are compiled for one job."""

    model: Swift
    strengths: tuple[float, ...]
    convs: Convs
    reading: ContextReading

    @torch.no_grad()
    def forward(self, tile: Tensor, window: Window, guess: Tensor | None = None) -> Tensor:
        windows = torch.tensor([[window.left, window.top, window.right, window.bottom]], device=tile.device)
        return self.model.restore(tile, self.convs, self.reading, windows, guess)

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        from .openvino import graph_of

        reading = self.reading
        films = [(_array(scale), _array(shift)) for scale, shift in reading.films]
        veil = None if reading.veil is None else LightVeil(_array(reading.veil.logits), _array(reading.veil.air))
        tone = (_array(reading.curve), _array(reading.matrix), _array(reading.offset))
        light = LightReading(*tone, films, _array(reading.grid), veil)
        convs = lambda: {name: (weight.cpu().numpy(), bias.cpu().numpy()) for name, (weight, bias) in self.convs.items()}  # noqa: E731
        return graph_of(self.model.config, self.strengths, convs, light, shape, guided=guided)


def _array(value: Tensor) -> np.ndarray:
    """The first picture's."""
    return value[0].detach().float().cpu().numpy()
