"""JPEG artefacts: what `dejpeg` takes away."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, uniform
from .codec import through_jpeg


class Jpeg(Degradation):
    """JPEG at quality 5-95, two thirds below 50 (where there is something to repair), by `codec`, which models libjpeg.

    Chroma 4:2:0 for 65 % and 4:4:4 for the rest; the 16 x 16 grid starts anywhere, since a layer may have been cropped; 20 % are
    saved twice, the first time at another quality and grid, as what is passed on in messages is; in 12 % the chroma's quality is
    lower than the luma's by 10-40, as phones and web sites save. Sources: facts of the web as Real-ESRGAN (Wang et al. 2021,
    Section 3.1) has them; LIVE1's protocol is quality 10-40. On a context view (zoom > 1) blocks are averaged away: the view is
    returned as it is.
    """

    task: ClassVar[Task] = "dejpeg"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        low = uniform(generator, device, (n, 2)) < 0.67
        u = uniform(generator, device, (n, 2))
        quality = torch.where(low, 5 + 45 * u, 50 + 45 * u).round()
        poor = uniform(generator, device, (n, 1), 10, 40) * (uniform(generator, device, (n, 1)) < 0.12)
        return {
            "quality": quality,
            "chroma_quality": (quality - poor).round().clamp_min(5),
            "half_chroma": uniform(generator, device, n) < 0.65,
            "phase": (uniform(generator, device, (n, 2, 2)) * 16).long(),
            "twice": uniform(generator, device, n) < 0.2,
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
        if view.far:
            return view.image
        out = view.image
        rows = params["twice"].nonzero().squeeze(1)
        if len(rows):
            out = out.index_copy(0, rows, _saved(out[rows], {name: value[rows] for name, value in params.items()}, 1))
        return _saved(out, params, 0)


def _saved(image: Tensor, params: Params, time: int) -> Tensor:
    return through_jpeg(
        image, params["quality"][:, time], params["half_chroma"], params["phase"][:, time], params["chroma_quality"][:, time]
    )
