"""Rain: what `derain` takes away."""

import math
from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, choose, column, log_uniform, spread, uniform
from .filters import line_kernels, sum_of_convolutions

SIZE = 65
"""Side of the streak kernels in pixels: 96 + 65 - 1 = 160, quick for an FFT."""
_LAYERS = 2


class Rain(Degradation):
    """Streaks S = sum of layers (sparse random drops convolved with soft lines), laid over the picture:

    - screen (50 %): 1 - (1 - x)(1 - S);  added (30 %): x + S;  covering (20 %): x (1 - S) + c S with c ~ U(.75, .95).
    - one direction per picture (85 %), -45..45 degrees from vertical with both layers within 4 degrees, as Rain100L (Yang et
      al. 2017); else each layer has its own (towards Rain100H).
    - length 8-55 px, width 0.9-3.2 px, the share of pixels under a streak 2-28 %, opacity 0.2-0.95 with each drop its own
      (Rain100L: about a fifth of the pixels are lightened by more than 0.03, a fifteenth by more than 0.1).
    - veil (25 %): x (1 - v) + 0.8 v with v ~ U(0.03, 0.25): the far rain that has no streaks left (Li et al. 2019).

    The formula of sparse noise and rotated lines: facts/frontier.md; on a view with zoom z streaks become their mean.
    """

    task: ClassVar[Task] = "derain"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        angle = uniform(generator, device, (n, 1), -math.pi / 4, math.pi / 4) * uniform(generator, device, (n, 1)) ** 0.3
        near = angle + uniform(generator, device, (n, _LAYERS), -0.07, 0.07)
        far = uniform(generator, device, (n, _LAYERS), -math.pi / 3, math.pi / 3)
        angles = torch.where(uniform(generator, device, (n, 1)) < 0.85, near, far)
        length = log_uniform(generator, device, (n, 1), 10, 40) * uniform(generator, device, (n, _LAYERS), 0.6, 1.35)
        width = log_uniform(generator, device, (n, 1), 1.1, 2.6) * uniform(generator, device, (n, _LAYERS), 0.8, 1.25)
        share = log_uniform(generator, device, (n, 1), 0.02, 0.28) * uniform(generator, device, (n, _LAYERS), 0.2, 0.8)
        probability = share / (length * width)
        seeds = uniform(generator, device, (n, _LAYERS, size[0] + SIZE - 1, size[1] + SIZE - 1))
        threshold = probability[..., None, None]
        # the seed's own value, stretched over 0.2..1, is the drop's brightness: no second field is drawn
        drops = torch.where(seeds < threshold, 0.2 + 0.8 * (seeds / threshold).square(), 0.0)
        streaks = sum_of_convolutions(drops, line_kernels(angles, length, width, SIZE))
        opacity = log_uniform(generator, device, n, 0.2, 0.95)
        return {
            "streaks": (streaks * column(opacity)).clamp(0, 1),
            "blend": choose(generator, device, n, (0.5, 0.3, 0.2)),
            "cover": uniform(generator, device, n, 0.75, 0.95),
            "veil": uniform(generator, device, n, 0.03, 0.25) * (uniform(generator, device, n) < 0.25),
        }

    def render(self, view: View, params: Params) -> Tensor:
        image = view.image
        streaks = params["streaks"]
        mean = streaks.mean((2, 3), keepdim=True)
        streaks = mean + (spread(streaks, *image.shape[-2:]) - mean) / column(view.zoom)
        cover = column(params["cover"])
        blend = column(params["blend"])
        # c is what shows through a fully opaque streak; adding is the same line with the picture left in place
        light = torch.where(blend == 2, cover, 1.0)
        out = image + streaks * torch.where(blend == 1, 1.0, light - image)
        veil = column(params["veil"])
        return (out + veil * (0.8 - out)).clamp(0, 1)
