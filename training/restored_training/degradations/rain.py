"""Rain: what `derain` takes away."""

import math
from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, column, log_uniform, round8, spread, uniform
from .codec import through_jpeg
from .filters import line_kernels, magnified, sum_of_convolutions

SIZE = 65
"""Side of the streak kernels in pixels: 96 + 65 - 1 = 160, quick for an FFT."""
_LAYERS = 3


class Rain(Degradation):
    """Streaks S = sum of layers (sparse random drops convolved with soft lines), laid over the picture:

    - screen (50 %): 1 - (1 - x)(1 - S);  added (30 %): x + S;  covering (20 %): x (1 - S) + c S with c ~ U(.7, .95).
    - one direction per picture (80 %), -45..45 degrees from vertical with all layers within 4 degrees; else each layer has its
      own (Yang et al. 2017, Section 5.1, make their heavy rain so).
    - layers from far to near: length 3-60 px (pictures on the web are reduced, and their streaks with them), width 0.9-3.5 px and
      at most half the length; in 30 % the near layer is broad and soft instead, out of focus, 3-9 px wide and half as strong. The
      share of pixels under a streak 1.5-60 %, opacity 0.12-0.95 with each drop its own.
    - near and large (40 %): all streaks 1-2.5 times as long and wide, as on a photograph that nobody has reduced.
    - veil (12 %): x (1 - v) + a v with v ~ U(0.03, 0.35), a ~ U(.6, .9): rain too far to have streaks (accumulation; Li et al.
      2019, Equation 2).
    - storm (40 %): the whole picture full of streaks, 5-96 % of its pixels under each layer, opacity 0.2-0.75, directions within
      8 degrees as gusts make them, with the veil in 35 %. Photographs of real downpours are so, synthetic sets are not.

    45 % are saved as JPEG at 55-95, with streaks and all. The formula of sparse noise and rotated lines is that of most synthetic
    sets (Garg and Nayar 2006 for the look of drops).
    Drops on the lens are another damage, not made here. On a view with zoom z streaks become their mean.
    """

    task: ClassVar[Task] = "derain"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        angle = uniform(generator, device, (n, 1), -math.pi / 4, math.pi / 4) * uniform(generator, device, (n, 1)) ** 0.3
        near = angle + uniform(generator, device, (n, _LAYERS), -0.07, 0.07)
        far = uniform(generator, device, (n, _LAYERS), -math.pi / 3, math.pi / 3)
        angles = torch.where(uniform(generator, device, (n, 1)) < 0.8, near, far)
        length = log_uniform(generator, device, (n, 1), 5, 45) * uniform(generator, device, (n, _LAYERS), 0.6, 1.35)
        width = log_uniform(generator, device, (n, 1), 1.1, 2.7) * uniform(generator, device, (n, _LAYERS), 0.8, 1.3)
        width = torch.minimum(width, length / 2)
        share = log_uniform(generator, device, (n, 1), 0.015, 0.6) * uniform(generator, device, (n, _LAYERS), 0.1, 0.6)
        storm = uniform(generator, device, n) < 0.4
        heavy = log_uniform(generator, device, (n, 1), 0.25, 1.6) * uniform(generator, device, (n, _LAYERS), 0.2, 0.6)
        share = torch.where(storm[:, None], heavy, share)
        angles = torch.where(storm[:, None], angle + uniform(generator, device, (n, _LAYERS), -0.14, 0.14), angles)
        soft = uniform(generator, device, n) < 0.3
        width[:, -1] = torch.where(soft, uniform(generator, device, n, 3, 9), width[:, -1])
        length[:, -1] = torch.where(soft, length[:, -1].clamp_min(24), length[:, -1])
        probability = share / (length * width)
        seeds = uniform(generator, device, (n, _LAYERS, size[0] + SIZE - 1, size[1] + SIZE - 1))
        threshold = probability[..., None, None]
        # the seed's own value, stretched over 0.2..1, is the drop's brightness: no second field is drawn
        drops = torch.where(seeds < threshold, 0.2 + 0.8 * (seeds / threshold).square(), 0.0)
        drops[:, -1] *= torch.where(soft, 0.5, 1.0)[:, None, None]
        streaks = sum_of_convolutions(drops, line_kernels(angles, length, width, SIZE))
        near_by = log_uniform(generator, device, n, 1, 2.5)
        large = uniform(generator, device, n) < 0.4
        streaks = torch.where(large[:, None, None, None], magnified(streaks, near_by), streaks)
        opacity = log_uniform(generator, device, n, 0.12, 0.95)
        opacity = torch.where(storm, uniform(generator, device, n, 0.2, 0.75), opacity)
        return {
            "streaks": (streaks * column(opacity)).clamp(0, 1),
            "blend": choose(generator, device, n, (0.5, 0.3, 0.2)),
            "cover": uniform(generator, device, n, 0.7, 0.95),
            "veil": uniform(generator, device, n, 0.03, 0.35) * (uniform(generator, device, n) < torch.where(storm, 0.35, 0.12)),
            "air": uniform(generator, device, n, 0.6, 0.9),
            "quality": uniform(generator, device, n, 55, 95).round() * (uniform(generator, device, n) < 0.45),
            "half_chroma": uniform(generator, device, n) < 0.6,
            "phase": (uniform(generator, device, (n, 2)) * 16).long(),
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
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
        out = (out + veil * (column(params["air"]) - out)).clamp(0, 1)
        rows = params["quality"].nonzero().squeeze(1)
        if view.far or not len(rows):
            return out
        saved = through_jpeg(round8(out[rows]), params["quality"][rows], params["half_chroma"][rows], params["phase"][rows])
        return out.index_copy(0, rows, saved)
