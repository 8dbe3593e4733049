"""Haze: what `dehaze` takes away."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, column, log_uniform, luminance, normal, round8, spread, uniform
from .codec import as_saved

_CELLS = 5
_SHAPES = 3
"""Things that stand before the distance."""
_STEEP = 60
"""How sharply the sky ends at the horizon, in units of the ground's height."""
_GROUND = 0.06
"""How near the ground at the lower edge is, in units of the distance at which haze is full."""


def sample_field(field: Tensor, grid: Tensor) -> Tensor:
    """A coarse field over the layer (N, C, g, g) read smoothly at a view's grid (N, H, W, 2) in 0..1 -> (N, C, H, W)."""
    return F.grid_sample(field, grid * 2 - 1, mode="bicubic", padding_mode="border", align_corners=True)


class Haze(Degradation):
    """I = J t + A (1 - t), t = exp(-beta d) (Koschmieder; RESIDE, Li et al. 2019, Section 3), in encoded values as RESIDE.

    Depth d in 0..1 without a depth map, a function of layer coordinates and of the picture's own colours, so that a patch and the
    whole picture agree:

    - outdoors (65 %): full above a horizon at 0.1-0.6 of the height, tilted by up to 0.2; below it the perspective of a plane,
      0.06 / (distance from the horizon), to a power of 0.5-1.6. Else a smooth field.
    - up to three things stand before it, shapes of random fields with soft edges, each with a depth of its own.
    - segments (60 %): a random direction in colour space splits the picture; one side is nearer by up to 80 %: depth then
      changes where the picture does.
    - brightness (30 %): what is dark is nearer (skies and distance are bright).
    - near: 0 in half of the draws (what is close is clear), else a distance of 0.05-0.6 that nothing escapes.
    - thick (18 %): fog or smoke that everything stands in, indoors too: near 0.15-0.7, beta 0.8-2.8, airlight 0.65-1, gray.

    beta ~ 0.25-3.2, log-uniform. Airlight 0.5-1: gray within +-0.03 (45 %), bluish by up to 28 % (40 %; Rayleigh), warm by up to
    15 % (15 %; dust, dusk), and brighter towards one side by up to 12 %. In 8 % it is night: the truth is dark, the airlight is
    0.12-0.45 (lamps in fog; Li et al. 2015). In half of the pictures outdoors the sky itself has the airlight's colour, with
    0.9-1.08 of its light: there is nothing behind it to bring back, and who looks for it paints clouds of noise. 45 % have
    sensor noise of standard deviation up to 0.02 on top, 30 % are saved as JPEG at 65-95: who clears haze must not enlarge those.
    """

    task: ClassVar[Task] = "dehaze"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        night = uniform(generator, device, n) < 0.08
        hue = choose(generator, device, n, (0.45, 0.40, 0.15))
        tint = torch.stack(
            (
                uniform(generator, device, (n, 3), -0.03, 0.03),
                -uniform(generator, device, (n, 1), 0, 0.28) * torch.tensor([1.0, 0.5, 0.0], device=device),
                -uniform(generator, device, (n, 1), 0, 0.15) * torch.tensor([0.0, 0.5, 1.0], device=device),
            )
        )[hue, torch.arange(n, device=device)]
        level = torch.where(night, uniform(generator, device, n, 0.12, 0.45), uniform(generator, device, n, 0.5, 1.0))
        outdoors = uniform(generator, device, n) < 0.65
        near = uniform(generator, device, n, 0.05, 0.6) * (uniform(generator, device, n) < 0.5)
        beta = log_uniform(generator, device, n, 0.25, 3.2)
        thick = (uniform(generator, device, n) < 0.18) & ~night
        near = torch.where(thick, uniform(generator, device, n, 0.15, 0.7), near)
        beta = torch.where(thick, uniform(generator, device, n, 0.8, 2.8), beta)
        level = torch.where(thick, uniform(generator, device, n, 0.65, 1.0), level)
        tint = torch.where(thick[:, None], uniform(generator, device, (n, 3), -0.03, 0.03), tint)
        return {
            "outdoors": outdoors,
            "horizon": uniform(generator, device, n, 0.1, 0.6),
            "tilt": uniform(generator, device, n, -0.2, 0.2),
            "power": uniform(generator, device, n, 0.5, 1.6),
            "fields": normal(generator, device, (n, 1 + _SHAPES, _CELLS, _CELLS)),
            "edges": uniform(generator, device, (n, _SHAPES), 4, 24),
            "levels": uniform(generator, device, (n, _SHAPES), 0.2, 2.2),
            "depths": uniform(generator, device, (n, _SHAPES), 0, 0.8),
            "colours": normal(generator, device, (n, 3)),
            "split": uniform(generator, device, n, -0.5, 0.5),
            "nearer": uniform(generator, device, n, 0.2, 0.8) * (uniform(generator, device, n) < 0.6),
            "bright": uniform(generator, device, n, 0.2, 0.7) * (uniform(generator, device, n) < 0.3),
            "near": near,
            "beta": beta,
            "air": level[:, None] * (1 + tint),
            "glow": uniform(generator, device, (n, 2), -0.12, 0.12),
            "night": night,
            "sky": ((uniform(generator, device, n) < 0.5) & outdoors).float(),
            "sky_light": uniform(generator, device, n, 0.9, 1.08),
            "dusk": uniform(generator, device, n, 0.25, 0.6),
            "grain": 0.02 * uniform(generator, device, n, -0.8, 1).clamp_min(0),
            "noise": normal(generator, device, (n, 3, *size)),
            "quality": uniform(generator, device, n, 65, 95).round() * (uniform(generator, device, n) < 0.3),
            "half_chroma": uniform(generator, device, n) < 0.6,
            "phase": (uniform(generator, device, (n, 2)) * 16).long(),
        }

    def scene(self, view: LayerView, params: Params) -> Tensor:
        dark = column(params["dusk"]) * view.image**1.3
        scene = torch.where(column(params["night"]), dark, view.image)
        sky = torch.sigmoid(-_STEEP * self._below(view, params)) * column(params["sky"])
        air = (params["air"] * params["sky_light"][:, None])[:, :, None, None] * self._glow(view, params)
        return scene + sky * (air.clamp(0, 1) - scene)

    def _below(self, view: LayerView, params: Params) -> Tensor:
        """How far below the horizon a place is: (N, 1, H, W), 1 at the lower edge."""
        across, down = view.grid[..., 0][:, None] - 0.5, view.grid[..., 1][:, None]
        horizon = column(params["horizon"])
        return (down + column(params["tilt"]) * across - horizon) / (1 - horizon)

    def _glow(self, view: LayerView, params: Params) -> Tensor:
        """How much brighter the airlight is than in the middle: (N, 1, H, W)."""
        return 1 + ((view.grid - 0.5) * params["glow"][:, None, None, :] * 2).sum(-1)[:, None]

    def depth(self, view: LayerView, params: Params) -> Tensor:
        """(N, 1, H, W) in 0..1."""
        below = self._below(view, params)
        plane = torch.where(below <= 0, 1.0, (_GROUND / below.clamp_min(1e-3)).clamp_max(1) ** column(params["power"]))
        fields = sample_field(params["fields"], view.grid)
        d = torch.where(column(params["outdoors"]), plane, torch.sigmoid(1.5 * fields[:, :1]))
        for number in range(_SHAPES):
            edge, level, own = (column(params[name][:, number]) for name in ("edges", "levels", "depths"))
            d = d + torch.sigmoid(edge * (fields[:, 1 + number : 2 + number] - level)) * (torch.minimum(d, own) - d)
        smooth = F.avg_pool2d(view.image, 3, stride=1, padding=1, count_include_pad=False)
        side = ((smooth - 0.45) * params["colours"][:, :, None, None]).sum(1, keepdim=True) - column(params["split"])
        d = d * (1 - column(params["nearer"]) * torch.sigmoid(12 * side))
        bright = column(params["bright"])
        d = d * (1 - bright + bright * luminance(smooth))
        near = column(params["near"])
        return near + (1 - near) * d.clamp(0, 1)

    def render(self, view: LayerView, params: Params) -> Tensor:
        t = torch.exp(-column(params["beta"]) * self.depth(view, params))
        air = (params["air"][:, :, None, None] * self._glow(view, params)).clamp(0, 1)
        out = air + (view.image - air) * t
        if view.far:
            return out.clamp(0, 1)
        out = round8(out + column(params["grain"]) * spread(params["noise"], *out.shape[-2:]))
        return as_saved(out, params)
