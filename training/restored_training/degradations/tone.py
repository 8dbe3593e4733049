"""Poor colour and tone: what `enhance` improves."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, column, luminance, normal, to_encoded, to_linear, uniform
from .haze import sample_field

FLAT, ANY, EXPOSED, OLD = range(4)
_CELLS = 3


class Tone(Degradation):
    """y = (gain_c x)^gamma, flattened towards a gray, lifted, and desaturated; a function of each pixel, and for old pictures of
    its place. Four kinds:

    - raw-flat (48 %), as a raw converter's neutral picture is beside a finished one: gain 0.75-1.02, gamma 0.95-1.5 (darker),
      contrast 0.5-0.95 about 0.1-0.45 (blacks are raised), saturation 0.6-1 on top of that, casts +-6 %.
    - anything wrong (14 %): gain U(.6, 1.35), gamma 0.65-1.6, contrast 0.45-1.05 about a pivot of 0.2-0.7, saturation 0.2-1.25,
      casts +-22 % along red-blue and +-9 % along green-magenta.
    - wrong exposure (22 %): linear light times 2^EV, EV ~ U(-2, 2), clipped as a sensor clips (Afifi et al. 2021, Section 3.2,
      render raw files so), in half of them with a shoulder that rolls off from 0.8 in place of the hard clip.
    - old (16 %): faded prints: blacks lifted by 0.05-0.3, contrast 0.4-0.85, saturation 0.1-0.7, a yellow, magenta or blue cast
      of up to 25 % that changes over the picture; in a third sepia, whose truth is gray, since the colours are gone.
    """

    task: ClassVar[Task] = "enhance"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.48, 0.14, 0.22, 0.16))
        pick = _Picker(kind, n, generator, device)
        warm, tint = (
            pick((-0.06, 0.06), (-0.22, 0.22), (-0.04, 0.04), (0, 0)),
            pick((-0.04, 0.04), (-0.09, 0.09), (-0.03, 0.03), (0, 0)),
        )
        gain = pick((0.75, 1.02), (0.6, 1.35), (1, 1), (0.85, 1.05))
        old = kind == OLD
        sepia = old & (uniform(generator, device, n) < 0.33)
        aged = torch.tensor([[0.0, -0.08, -0.25], [0.0, -0.18, -0.04], [-0.2, -0.06, 0.0]], device=device)
        cast = aged[choose(generator, device, n, (0.6, 0.25, 0.15))] * uniform(generator, device, (n, 1))
        brown = torch.tensor([0.0, -0.09, -0.26], device=device) * uniform(generator, device, (n, 1), 0.5, 1.2)
        return {
            "kind": kind,
            "gain": gain[:, None] * torch.stack((1 + warm, 1 + tint, 1 - warm), 1),
            "gamma": pick((0.95, 1.5), (0.65, 1.6), (1, 1), (0.8, 1.2)),
            "contrast": pick((0.5, 0.95), (0.45, 1.05), (0.95, 1), (0.4, 0.85)),
            "pivot": pick((0.1, 0.45), (0.2, 0.7), (0.4, 0.5), (0.4, 0.7)),
            "saturation": torch.where(sepia, 0.0, pick((0.6, 1.0), (0.2, 1.25), (0.9, 1.1), (0.1, 0.7))),
            "stops": uniform(generator, device, n, -2, 2) * (kind == EXPOSED),
            "shoulder": uniform(generator, device, n) < 0.5,
            "lift": uniform(generator, device, n, 0.05, 0.3) * old,
            "cast": torch.where(sepia[:, None], brown, cast) * old[:, None],
            "uneven": uniform(generator, device, n, 0, 0.7) * old,
            "field": normal(generator, device, (n, 1, _CELLS, _CELLS)),
            "sepia": sepia,
        }

    def scene(self, view: LayerView, params: Params) -> Tensor:
        return torch.where(column(params["sepia"]), luminance(view.image), view.image)

    def render(self, view: LayerView, params: Params) -> Tensor:
        image = _exposed(view.image, params["stops"], params["shoulder"])
        x = (image * params["gain"][:, :, None, None]).clamp(1e-4, 1) ** column(params["gamma"])
        pivot = column(params["pivot"])
        x = pivot + (x - pivot) * column(params["contrast"])
        gray = luminance(x)
        x = gray + (x - gray) * column(params["saturation"])
        lift = column(params["lift"])
        x = lift + x * (1 - lift)
        place = 1 + column(params["uneven"]) * torch.tanh(sample_field(params["field"], view.grid))
        return (x * (1 + params["cast"][:, :, None, None] * place)).clamp(0, 1)


class _Picker:
    """U(low, high) whose range depends on the sample's kind."""

    def __init__(self, kind: Tensor, n: int, generator: Generator, device: torch.device | str) -> None:
        self._kind, self._n, self._generator, self._device = kind, n, generator, device

    def __call__(self, *ranges: tuple[float, float]) -> Tensor:
        bounds = torch.tensor(ranges, device=self._device)[self._kind]
        return bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * uniform(self._generator, self._device, self._n)


def _exposed(image: Tensor, stops: Tensor, shoulder: Tensor) -> Tensor:
    """Encoded pictures with `stops` more light, clipped; where `shoulder`, rolled off above 0.8 of full light instead."""
    linear = to_linear(image) * column(2.0**stops)
    rolled = torch.where(linear < 0.8, linear, 1 - 0.2 * torch.exp(-(linear - 0.8) / 0.2))
    linear = torch.where(column(shoulder), rolled, linear).clamp(0, 1)
    return torch.where(column(stops == 0), image, to_encoded(linear))
