"""Snow: what `desnow` takes away."""

import math
from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, column, log_uniform, spread, uniform
from .filters import blob_kernels, disc_kernels, magnified, sum_of_convolutions

SIZE = 33
_LAYERS = 3


class Snow(Degradation):
    """K = J (1 - Z) + C Z, I = K T + A (1 - T) (Liu et al. 2018, DesnowNet, Equations 1-2; the veil as Chen et al. 2020, JSTASR).

    Z: three layers of flakes, far to near: width 1.1-2.5, 2-5 and 5-14 px, the far ones dense, the near ones few, soft and
    half transparent, each stretched along its fall by 0.8-3.2 widths; shares of the picture 0.5-14 %, 0.5-10 %, 0-10 %. In a
    quarter of the pictures the nearest are out of focus: even discs of 10-28 px, a fifth to a half opaque (bokeh).
    In 40 % all flakes are 1-3.5 times as large, as on a photograph that nobody has reduced.
    C ~ U(.85, 1) white; veil T = 1 - U(0, .35) for 60 % with A ~ U(.7, .95).
    """

    task: ClassVar[Task] = "desnow"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        low = torch.tensor([1.1, 2.0, 5.0], device=device)
        high = torch.tensor([2.5, 5.0, 14.0], device=device)
        width = low * (high / low) ** uniform(generator, device, (n, _LAYERS))
        length = width * (0.8 + 2.4 * uniform(generator, device, (n, _LAYERS)) ** 2)
        angle = uniform(generator, device, (n, 1), -math.pi / 3, math.pi / 3) + uniform(
            generator, device, (n, _LAYERS), -0.15, 0.15
        )
        share = torch.stack(
            (
                log_uniform(generator, device, n, 0.005, 0.14),
                log_uniform(generator, device, n, 0.005, 0.10),
                log_uniform(generator, device, n, 0.005, 0.10) * (uniform(generator, device, n) < 0.6),
            ),
            1,
        )
        probability = (share / (0.8 * width * length))[..., None, None]
        seeds = uniform(generator, device, (n, _LAYERS, size[0] + SIZE - 1, size[1] + SIZE - 1))
        opacity = torch.stack(
            (
                uniform(generator, device, n, 0.4, 1.0),
                uniform(generator, device, n, 0.5, 1.0),
                uniform(generator, device, n, 0.25, 0.75),
            ),
            1,
        )
        kernels = blob_kernels(angle, length, width, SIZE)
        radius = uniform(generator, device, n, 5, 14)
        bokeh = uniform(generator, device, n) < 0.25
        discs = disc_kernels(radius, SIZE)
        discs = discs / discs.amax((1, 2), keepdim=True)
        kernels[:, -1] = torch.where(bokeh[:, None, None], discs, kernels[:, -1])
        opacity[:, -1] = torch.where(bokeh, uniform(generator, device, n, 0.2, 0.5), opacity[:, -1])
        # as much of the picture under the discs as under the flakes they replace
        probability[:, -1] = torch.where(bokeh, share[:, 2] / (3.14 * radius**2), probability[:, -1, 0, 0])[:, None, None]
        flakes = torch.where(seeds < probability, 0.5 + 0.5 * seeds / probability.clamp_min(1e-9), 0.0)
        kernels = kernels * opacity[..., None, None]
        falling = sum_of_convolutions(flakes, kernels)
        large = uniform(generator, device, n) < 0.4
        near_by = log_uniform(generator, device, n, 1, 3.5)
        falling = torch.where(large[:, None, None, None], magnified(falling, near_by), falling)
        return {
            "flakes": falling.clamp(0, 1),
            "white": uniform(generator, device, n, 0.85, 1.0),
            "veil": uniform(generator, device, n, 0, 0.35) * (uniform(generator, device, n) < 0.6),
            "air": uniform(generator, device, n, 0.7, 0.95),
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
        flakes = params["flakes"]
        mean = flakes.mean((2, 3), keepdim=True)
        z = mean + (spread(flakes, *view.image.shape[-2:]) - mean) / column(view.zoom)
        covered = view.image + z * (column(params["white"]) - view.image)
        return (covered + column(params["veil"]) * (column(params["air"]) - covered)).clamp(0, 1)
