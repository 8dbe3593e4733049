"""Haze: what `dehaze` takes away."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, column, luminance, normal, uniform

_CELLS = 4


def sample_field(field: Tensor, grid: Tensor) -> Tensor:
    """A coarse field over the layer (N, 1, g, g) read smoothly at a view's grid (N, H, W, 2) in 0..1 -> (N, 1, H, W)."""
    return F.grid_sample(field, grid * 2 - 1, mode="bicubic", padding_mode="border", align_corners=True)


class Haze(Degradation):
    """I = J t + A (1 - t), t = exp(-beta d) (Koschmieder; RESIDE, Li et al. 2019, Section 3), in encoded values as RESIDE.

    Depth d in 0..1 without a depth map, of the layer's coordinates so that a patch and the whole picture agree:
    a ramp (mostly farther towards the top), a random smooth field (4 x 4 cells, bicubic), steps (a steep sigmoid of the field:
    something near in front of something far) and the picture's own brightness (skies and distance are bright), mixed with
    random weights in which fields and steps count less: patches of fog that follow nothing in the picture look false.
    A near distance of 0.05-0.7 that nothing escapes makes many veils almost even. beta ~ 0.3-3 (RESIDE: OTS 0.04-0.2 per metre,
    ITS 0.6-1.8). A ~ U(.65, 1), each channel within +-0.03, for one in eight within +-0.10 (dust, dusk).
    """

    task: ClassVar[Task] = "dehaze"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        coloured = torch.where(uniform(generator, device, (n, 1)) < 0.125, 0.10, 0.03)
        share = torch.tensor([1.0, 0.45, 0.35, 0.8], device=device)
        weights = share * uniform(generator, device, (n, 4)) ** 1.5 + 0.02
        return {
            "field": normal(generator, device, (n, 1, _CELLS, _CELLS)),
            "ramp": uniform(generator, device, (n, 2), -1, 1) * torch.tensor([0.35, 0.35], device=device)
            + torch.tensor([0.0, -0.65], device=device),
            "weights": weights / weights.sum(1, keepdim=True),
            "edge": uniform(generator, device, n, 4, 12),
            "near": uniform(generator, device, n, 0.05, 0.7),
            "beta": 0.3 * 10 ** uniform(generator, device, n),
            "air": uniform(generator, device, (n, 1), 0.65, 1.0) + coloured * uniform(generator, device, (n, 3), -1, 1),
        }

    def depth(self, view: View, params: Params) -> Tensor:
        """(N, 1, H, W) in 0..1."""
        field = sample_field(params["field"], view.grid)
        ramp = params["ramp"][:, :, None, None]
        slope = 0.5 + (view.grid[..., 0] - 0.5)[:, None] * ramp[:, :1] + (view.grid[..., 1] - 0.5)[:, None] * ramp[:, 1:]
        bright = F.avg_pool2d(luminance(view.image), 3, stride=1, padding=1, count_include_pad=False)
        w = params["weights"][:, :, None, None, None]
        smooth = torch.sigmoid(1.5 * field)
        step = torch.sigmoid(field * column(params["edge"]))
        d = w[:, 0] * slope + w[:, 1] * smooth + w[:, 2] * step + w[:, 3] * bright
        near = column(params["near"])
        return near + (1 - near) * d.clamp(0, 1)

    def render(self, view: View, params: Params) -> Tensor:
        t = torch.exp(-column(params["beta"]) * self.depth(view, params))
        air = params["air"].clamp(0, 1)[:, :, None, None]
        return (air + (view.image - air) * t).clamp(0, 1)
