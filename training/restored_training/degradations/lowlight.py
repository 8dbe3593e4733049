"""Low light: what `lowlight` takes away."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, choose, column, normal, round8, spread, uniform


class LowLight(Degradation):
    """dark = exp(c) x^g on encoded values, then noise, then 8 bits.

    In encoded values a loss of light by k stops is x 2^(-k / 2.2) = exp(c), and a camera's tone curve, steeper in the
    shadows, is the power g (Retinex-style R L^gamma with gamma 2-3.5 is the same form; LOL's pairs fit this line in log-log).
    50 %: c ~ U(-2.5, -1.0), g ~ U(.95, 2.1), which makes a well-exposed picture's mean 0.02-0.15; 15 %, merely too dark:
    c ~ U(-1.2, -.35), g ~ U(1, 1.4); 35 %, a gamma alone (Retinex): c ~ U(-.2, 0), g ~ U(1.5, 3.4): what shines in the dark
    (lamps, sky) keeps its place. Channels differ by +-8 % (cast). Noise of standard deviation r + s sqrt(dark) with
    r 0.001-0.016, s 0.003-0.043; the rounding costs the rest.
    """

    task: ClassVar[Task] = "lowlight"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.50, 0.15, 0.35))
        ranges = torch.tensor([[-2.5, -1.0, 0.95, 2.1], [-1.2, -0.35, 1.0, 1.4], [-0.2, 0.0, 1.5, 3.4]], device=device)[kind]
        log_gain = ranges[:, 0] + (ranges[:, 1] - ranges[:, 0]) * uniform(generator, device, n)
        gamma = ranges[:, 2] + (ranges[:, 3] - ranges[:, 2]) * uniform(generator, device, n)
        level = uniform(generator, device, n) ** 2
        return {
            "gain": torch.exp(log_gain[:, None] + uniform(generator, device, (n, 3), -0.08, 0.08)),
            "gamma": gamma,
            "read": 0.001 + 0.015 * level,
            "shot": 0.003 + 0.04 * level,
            "noise": normal(generator, device, (n, 3, *size)),
        }

    def render(self, view: View, params: Params) -> Tensor:
        dark = params["gain"][:, :, None, None] * view.image.clamp_min(1e-4) ** column(params["gamma"])
        deviation = column(params["read"]) + column(params["shot"]) * torch.sqrt(dark)
        noise = spread(params["noise"], *view.image.shape[-2:]) / column(view.zoom)
        return round8(dark + deviation * noise)
