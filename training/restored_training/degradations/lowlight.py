"""Low light: what `lowlight` takes away."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, column, luminance, normal, round8, spread, uniform
from .codec import as_saved
from .filters import gaussian_blur
from .haze import sample_field

_CELLS = 4


class LowLight(Degradation):
    """dark = exp(c) x^g + pedestal on encoded values, then noise, then 8 bits, then often JPEG.

    In encoded values a loss of light by k stops is x 2^(-k / 2.2) = exp(c), and a camera's tone curve, steeper in the
    shadows, is the power g (Retinex-style R L^gamma with gamma 2-3.5 is the same form).
    50 %: c ~ U(-2.5, -1.0), g ~ U(.95, 2.1), which makes a well-exposed picture's mean 0.02-0.15; 15 %, merely too dark:
    c ~ U(-1.2, -.35), g ~ U(1, 1.4); 35 %, a gamma alone (Retinex): c ~ U(-.2, 0), g ~ U(1.5, 3.4): what shines in the dark
    (lamps, sky) keeps its place. Channels differ by +-8 % (cast). Noise of standard deviation r + s sqrt(dark) with
    r 0.001-0.016, s 0.003-0.043, in 30 % blurred by 0.5-1 px and shared by the channels in part; the rounding costs the rest;
    40 % are saved as JPEG at 60-95, whose quantisation in the dark is what brightening shows first.

    Night (18 %): parts of the truth itself are black, value 0-0.012, between soft outlines, and lamps in them stay: who has only
    seen brightened pictures makes a night sky gray. 40 % of all have a pedestal of up to 0.012 per channel in the dark picture
    (black level and flare), which the truth does not have.
    """

    task: ClassVar[Task] = "lowlight"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.50, 0.15, 0.35))
        ranges = torch.tensor([[-2.5, -1.0, 0.95, 2.1], [-1.2, -0.35, 1.0, 1.4], [-0.2, 0.0, 1.5, 3.4]], device=device)[kind]
        log_gain = ranges[:, 0] + (ranges[:, 1] - ranges[:, 0]) * uniform(generator, device, n)
        gamma = ranges[:, 2] + (ranges[:, 3] - ranges[:, 2]) * uniform(generator, device, n)
        level = uniform(generator, device, n) ** 2
        offset = uniform(generator, device, n) < 0.4
        return {
            "gain": torch.exp(log_gain[:, None] + uniform(generator, device, (n, 3), -0.08, 0.08)),
            "gamma": gamma,
            "pedestal": uniform(generator, device, (n, 3), 0, 0.012) * offset[:, None],
            "read": 0.001 + 0.015 * level,
            "shot": 0.003 + 0.04 * level,
            "common": uniform(generator, device, n, 0, 0.6) * (uniform(generator, device, n) < 0.3),
            "night": uniform(generator, device, n) < 0.18,
            "outline": normal(generator, device, (n, 1, _CELLS, _CELLS)),
            "black": uniform(generator, device, (n, 3), 0, 0.012) * uniform(generator, device, (n, 1)),
            "quality": uniform(generator, device, n, 60, 95).round() * (uniform(generator, device, n) < 0.4),
            "half_chroma": uniform(generator, device, n) < 0.7,
            "phase": (uniform(generator, device, (n, 2)) * 16).long(),
            "noise": normal(generator, device, (n, 3, *size)),
        }

    def scene(self, view: LayerView, params: Params) -> Tensor:
        lamps = torch.sigmoid(30 * (luminance(view.image) - 0.85))
        night = torch.sigmoid(10 * sample_field(params["outline"], view.grid)) * (1 - lamps) * column(params["night"])
        return view.image + night * (params["black"][:, :, None, None] - view.image)

    def render(self, view: LayerView, params: Params) -> Tensor:
        dark = params["gain"][:, :, None, None] * view.image.clamp_min(1e-4) ** column(params["gamma"])
        dark = dark + params["pedestal"][:, :, None, None]
        deviation = column(params["read"]) + column(params["shot"]) * torch.sqrt(dark)
        noise = spread(params["noise"], *view.image.shape[-2:])
        common = column(params["common"])
        smooth = gaussian_blur(noise.sum(1, keepdim=True) / 3**0.5, 0.5 + params["common"], radius=3) * 2
        noise = torch.where(common > 0, (1 - common) * noise + common * smooth, noise)
        out = round8(dark + deviation * noise / column(view.zoom))
        if view.far:
            return out
        return as_saved(out, params)
