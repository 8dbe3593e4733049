"""Reads the context frame once per job: tone curve, channel scales and a coarse grid, so that tiles agree by construction."""

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.ground.tasks import info

from ..unet import SLOPE
from .config import SwiftConfig
from .shape import CONTEXT_SIZE, CURVE_STEPS, QUANTILES, ranks
from .veil import Veil

_TONE_SIZE: Final = 3 * CURVE_STEPS + 9 + 3


@dataclass(frozen=True, slots=True)
class ContextReading:
    """What the context says, for N pictures.

    curve: (N, steps, 3) in (-1, 1); matrix: (N, 3, 3), the identity within +-3; offset: (N, 3) in (-3, 3);
    films: per level (scale in (-1, 1), shift), each (N, C);
    grid: (N, grid_channels, 16, 16) over the whole layer; veil: the haze, where the plan is to lift it and the model sees it.
    """

    curve: Tensor
    matrix: Tensor
    offset: Tensor
    films: list[tuple[Tensor, Tensor]]
    grid: Tensor
    veil: Veil | None = None


class ContextReader(nn.Module):
    """A small CNN with one linear read-out per task, weighted by the plan: what is not asked for has no say."""

    tone_mask: Tensor

    def __init__(self, config: SwiftConfig) -> None:
        super().__init__()
        width = config.context_width
        self.widths = config.widths
        self.grid_channels = config.grid_channels
        self.local = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, width, 3, padding=1),
            nn.LeakyReLU(SLOPE),
        )
        self.wide = nn.Sequential(
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(2 * width, 2 * width, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
        )
        statistics = 3 * (len(QUANTILES) + 2)
        self.summary = nn.Sequential(
            nn.Linear(2 * width + statistics, 4 * width),
            nn.LeakyReLU(SLOPE),
            nn.Linear(4 * width, 2 * width),
            nn.LeakyReLU(SLOPE),
        )
        tasks = len(config.tasks)
        self.tone = TaskLinear(tasks, 2 * width, _TONE_SIZE)
        self.film = TaskLinear(tasks, 2 * width, 2 * sum(config.widths))
        self.grid = TaskLinear(tasks, width, config.grid_channels, std=width**-0.5)
        # only these may change a picture's overall tone; for all others the tone curve is the identity, exactly
        mask = torch.tensor([float(info(task).tone) for task in config.tasks])
        self.register_buffer("tone_mask", mask, persistent=False)

    def forward(self, context: Tensor, weights: Tensor) -> ContextReading:
        """context: (N, 3, h, w) in [0, 1]; weights: (tasks,), the plan's strength per task."""
        frame = F.adaptive_avg_pool2d(context, CONTEXT_SIZE)
        local = self.local(frame)
        flat = F.avg_pool2d(frame, 2).flatten(2)
        ordered = flat.sort(dim=2).values
        index = ranks(ordered.shape[2])
        statistics = torch.cat([ordered[:, :, index].flatten(1), flat.mean(2), flat.std(2)], dim=1)
        summary = self.summary(torch.cat([self.wide(local).mean((2, 3)), statistics], dim=1))

        tone = self.tone(summary, weights * self.tone_mask)
        curve, matrix, offset = tone.split([3 * CURVE_STEPS, 9, 3], dim=1)
        film = self.film(summary, weights)
        films = []
        for part in film.split([2 * width for width in self.widths], dim=1):
            scale, shift = part.chunk(2, dim=1)
            films.append((torch.tanh(scale), shift))
        return ContextReading(
            curve=torch.tanh(curve).view(-1, CURVE_STEPS, 3),
            # bounded: a picture unlike any in training must not be multiplied out of all proportion
            matrix=torch.eye(3, device=tone.device) + 3 * torch.tanh(0.1 * matrix.view(-1, 3, 3)),
            offset=3 * torch.tanh(0.1 * offset),
            films=films,
            grid=self.grid(local.movedim(1, 3), weights).movedim(3, 1),
        )


class TaskLinear(nn.Module):
    """sum_t p_t (A_t v + c_t): a linear read-out per task, silent at the start unless `std` is given."""

    def __init__(self, tasks: int, features_in: int, features_out: int, *, std: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(tasks, features_out, features_in) * std)
        self.bias = nn.Parameter(torch.zeros(tasks, features_out))

    def forward(self, value: Tensor, weights: Tensor) -> Tensor:
        """value: (..., in); weights: (tasks,). Returns (..., out)."""
        return F.linear(value, torch.einsum("t,toi->oi", weights, self.weight), weights @ self.bias)


def apply_tone(image: Tensor, reading: ContextReading) -> Tensor:
    """The tone-mapped copy of an image (N, 3, h, w): quadratic curves in sequence (as Zero-DCE, Guo et al. 2020, eq. 2), then a
    colour matrix and an offset."""
    for step in reading.curve.unbind(1):
        image = image + step[:, :, None, None] * image * (1 - image)
    # no matrix product: autocast would round the picture itself to bfloat16's 8 bits, and smooth skies would show bands
    mapped = reading.offset[:, :, None, None]
    for channel in range(3):
        mapped = mapped + reading.matrix[:, :, channel, None, None] * image[:, channel : channel + 1]
    return mapped


def sample_grid(grid: Tensor, windows: Tensor, rows: int, columns: int) -> Tensor:
    """The coarse grid at the centres of a tile's deepest cells.

    grid: (N, C, H, W) over the whole layer; windows: (N, 4) left, top, right, bottom in layer fractions.
    Returns (N, C, rows, columns), bilinear, edge values beyond the layer.
    """
    xs = (torch.arange(columns, device=grid.device, dtype=torch.float32) + 0.5) / columns
    ys = (torch.arange(rows, device=grid.device, dtype=torch.float32) + 0.5) / rows
    left, top, right, bottom = (windows[:, i, None] for i in range(4))
    x = (left + (right - left) * xs) * 2 - 1
    y = (top + (bottom - top) * ys) * 2 - 1
    where = torch.stack([x[:, None, :].expand(-1, rows, -1), y[:, :, None].expand(-1, -1, columns)], dim=3)
    return F.grid_sample(grid, where.to(grid.dtype), mode="bilinear", padding_mode="border", align_corners=False)
