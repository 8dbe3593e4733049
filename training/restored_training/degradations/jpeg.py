"""JPEG artefacts: what `dejpeg` takes away."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, uniform


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="jpeg")


class Jpeg(Degradation):
    """A real codec (libjpeg through Pillow) at quality 5-95, two thirds below 50 (where there is something to repair).

    Chroma 4:2:0 for 60 % and 4:4:4 for the rest; the 8 x 8 grid starts anywhere, since a layer may have been cropped; 15 % are
    saved twice, the first time at another quality and grid. Sources: facts/frontier.md; LIVE1's protocol is quality 10-40.
    On a context view (zoom > 1) blocks are averaged away: the view is returned as it is.
    """

    task: ClassVar[Task] = "dejpeg"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        low = uniform(generator, device, (n, 2)) < 0.67
        u = uniform(generator, device, (n, 2))
        return {
            "quality": torch.where(low, 5 + 45 * u, 50 + 45 * u).round().long(),
            "half_chroma": uniform(generator, device, n) < 0.6,
            "phase": (uniform(generator, device, (n, 2, 2)) * 8).long(),
            "twice": uniform(generator, device, n) < 0.15,
        }

    def render(self, view: View, params: Params) -> Tensor:
        if bool((view.zoom > 1).any()):
            return view.image
        h, w = view.image.shape[-2:]
        padded = F.pad(view.image, (7, 0, 7, 0), mode="replicate")  # room for any phase of the grid
        pixels = (padded.clamp(0, 1) * 255).round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
        quality, phase = params["quality"].tolist(), params["phase"].tolist()
        half, twice = params["half_chroma"].tolist(), params["twice"].tolist()

        def save(i: int) -> None:
            picture = pixels[i]
            for k in (1, 0) if twice[i] else (0,):
                top, left = 7 - phase[i][k][0], 7 - phase[i][k][1]
                picture[top:, left:] = through_codec(picture[top:, left:], quality[i][k], half_chroma=half[i])

        if view.image.is_cuda:  # the codec lets go of the interpreter lock, and a GPU's machine has cores to spare
            list(_threads().map(save, range(len(pixels))))
        else:
            for i in range(len(pixels)):
                save(i)
        out = torch.from_numpy(pixels[:, 7:, 7:]).to(view.image.device).permute(0, 3, 1, 2).contiguous()
        return out[..., :h, :w].float().div_(255)


def through_codec(picture: np.ndarray, quality: int, *, half_chroma: bool) -> np.ndarray:
    """(H, W, 3) uint8 written as a JPEG file in memory and read back."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=2 if half_chroma else 0)
    return np.asarray(Image.open(file))
