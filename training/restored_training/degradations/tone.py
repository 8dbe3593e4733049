"""Poor colour and tone: what `enhance` improves."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, column, luminance, uniform


class Tone(Degradation):
    """y = (gain_c x)^gamma, flattened towards a gray, lifted, and desaturated; a pure function of each pixel.

    - raw-flat (50 %), as MIT-Adobe FiveK's inputs are next to expert C: gain 0.75-1.02, gamma 0.95-1.5 (darker),
      contrast 0.5-0.95 about 0.1-0.45 (blacks are raised), saturation 0.6-1 on top of that, casts +-6 %.
    - anything wrong (50 %): gain U(.6, 1.35) (highlights clip, as over-exposure does), gamma 0.65-1.6, contrast 0.45-1 about a
      pivot of 0.2-0.7, saturation 0.2-1.25, casts +-22 % along red-blue and +-9 % along green-magenta.
    """

    task: ClassVar[Task] = "enhance"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        flat = uniform(generator, device, n) < 0.5

        def pick(flat_low: float, flat_high: float, low: float, high: float) -> Tensor:
            u = uniform(generator, device, n)
            return torch.where(flat, flat_low + (flat_high - flat_low) * u, low + (high - low) * u)

        warm, tint = pick(-0.06, 0.06, -0.22, 0.22), pick(-0.04, 0.04, -0.09, 0.09)
        gain = pick(0.75, 1.02, 0.6, 1.35)
        return {
            "gain": gain[:, None] * torch.stack((1 + warm, 1 + tint, 1 - warm), 1),
            "gamma": pick(0.95, 1.5, 0.65, 1.6),
            "contrast": pick(0.5, 0.95, 0.45, 1.05),
            "pivot": pick(0.1, 0.45, 0.2, 0.7),
            "saturation": pick(0.6, 1.0, 0.2, 1.25),
        }

    def render(self, view: View, params: Params) -> Tensor:
        x = (view.image * params["gain"][:, :, None, None]).clamp(1e-4, 1) ** column(params["gamma"])
        pivot = column(params["pivot"])
        x = pivot + (x - pivot) * column(params["contrast"])
        gray = luminance(x)
        return (gray + (x - gray) * column(params["saturation"])).clamp(0, 1)
