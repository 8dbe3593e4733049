"""Low resolution: what `superres` takes away."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, round8, uniform


class Resolution(Degradation):
    """Down by 2 (60 %), 3 (20 %) or 4 (20 %) and up to the same size again by bicubic interpolation, as Set5 / Set14 are used.

    Down: bicubic with antialiasing (75 %, a = -0.5, as Matlab's imresize and Pillow) or area (25 %); 8 bits in between.
    Never any noise: a super-resolver that expects noise invents smoothness. On a view with zoom >= the factor nothing is lost.
    """

    task: ClassVar[Task] = "superres"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        return {
            "factor": choose(generator, device, n, (0.6, 0.2, 0.2)) + 2,
            "area": uniform(generator, device, n) < 0.25,
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
        out = view.image.clone()
        for factor in (2, 3, 4):
            for area in (False, True):
                chosen = (params["factor"] == factor) & (params["area"] == area) & (view.zoom < factor)
                rows = chosen.nonzero().squeeze(1)
                if len(rows):
                    out[rows] = down_up(view.image[rows], factor, area=area)
        return out


def down_up(image: Tensor, factor: int, *, area: bool = False) -> Tensor:
    """(N, 3, H, W) in [0, 1] -> the same size after shrinking by `factor` and bicubic enlargement. Sizes that `factor` does not
    divide are continued by their edge first."""
    h, w = image.shape[-2:]
    padded = F.pad(image, (0, -w % factor, 0, -h % factor), mode="replicate")
    small = (padded.shape[-2] // factor, padded.shape[-1] // factor)
    if area:
        low = F.avg_pool2d(padded, factor)
    else:
        low = F.interpolate(padded, size=small, mode="bicubic", antialias=True, align_corners=False)
    high = F.interpolate(round8(low), size=padded.shape[-2:], mode="bicubic", antialias=True, align_corners=False)
    return high[..., :h, :w].clamp(0, 1)
