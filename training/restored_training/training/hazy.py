"""Photographs with the haze of their own day, which no formula drew and no clean partner exists for: a reader of the context
learns from them that what it lifts must leave clearer land behind.

The dark channel of clear air is near 0 (He et al. 2009, section 3), and a network can be trained by it without a truth (Golts et
al. 2019, "Unsupervised Single Image Dehazing Using Dark Channel Prior Loss"). Taken as it is, that loss darkens white walls and
skies. So only what has texture and is not among a picture's palest places is asked to lose a share of its dark channel, while
the very palest (sky, cloud, the fog that nothing is seen through) shall stay as they are. Where the share comes from is left to
what the network knows of drawn haze.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.instruction.plan import Plan, Step

from ..data.photographs import DataError, PhotoSet
from ..data.sampling import CONTEXT_SIZE, Group, oriented, tensor_of

_CELLS: Final = 3
"""Side of the dark channel's window, in cells of the context frame: 15 pixels of a picture 320 wide."""
_TEXTURE: Final = 0.006
"""Local deviation, of 1, from which a place is no sky or fog without anything in it."""
_LAND: Final = 0.65
"""Share of a picture, ordered by its dark channel, that may be land."""
_SKY: Final = 0.85
"""From this share on it is taken for sky, or fog as dense."""


class HazyLayers:
    """The photographs that a list names, reduced to the context frame, whole or in part, mirrored.

    manifest: what `PhotoSet` says of each."""

    def __init__(self, photographs: Sequence[np.ndarray], manifest: Sequence[dict[str, str]], seed: int) -> None:
        self._photographs, self.manifest, self._seed = list(photographs), list(manifest), seed

    @classmethod
    def open(cls, list_of: Path, folders: Sequence[Path], seed: int) -> "HazyLayers":
        """list_of: a text file, the first word of each line a photograph's sha256. Raises DataError when it cannot be read, or
        when none of its photographs is there."""
        try:
            lines = list_of.read_text("utf-8").splitlines()
        except OSError as error:
            raise DataError(f"I cannot read the list of hazy photographs {list_of}: {error.strerror}.") from error
        wanted = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
        found = PhotoSet(folders, split="train", longest=1024, only=wanted)
        if not found.images:
            raise DataError(f"None of the photographs that {list_of} names is in the folders of the run.")
        return cls(found.images, found.manifest, seed)

    def draw(self, index: int, count: int, device: torch.device | str = "cpu") -> Group:
        """Layers of group number `index`, (count, 3, 64, 64); the target is the layer itself, as there is no truth."""
        rng = random.Random(f"{self._seed}/hazy/{index}")
        frames = torch.stack([self._one(rng) for _ in range(count)]).to(device)
        whole = torch.tensor([[0.0, 0.0, 1.0, 1.0]], device=device).expand(count, 4)
        return Group(frames, frames, frames, whole, Plan(steps=(Step("dehaze"),)), ("dehaze",))

    def _one(self, rng: random.Random) -> Tensor:
        photo = rng.choice(self._photographs)
        height, width = photo.shape[:2]
        part = 1.0 if rng.random() < 0.4 else rng.uniform(0.5, 1.0)
        high, wide = max(1, int(height * part)), max(1, int(width * part * rng.uniform(0.7, 1.0)))
        top, left = rng.randint(0, height - high), rng.randint(0, width - wide)
        layer = tensor_of(photo[top : top + high, left : left + wide])[None]
        frame = F.adaptive_avg_pool2d(layer, CONTEXT_SIZE)[0] if min(high, wide) > CONTEXT_SIZE else _enlarged(layer)
        light = rng.uniform(0.85, 1.1) * torch.tensor([rng.uniform(0.95, 1.05) for _ in range(3)])[:, None, None]
        return oriented((frame * light).clamp(0, 1), False, rng.random() < 0.5, False)


def clearing_loss(result: Tensor, layers: Tensor, share: float) -> Tensor:
    """How far each picture's land is from losing `share` of its dark channel, how much its palest places changed, and how much
    was driven below black.

    result, layers: (N, 3, h, w) in about [0, 1]. Returns a scalar >= 0; 0 when every picture is that much clearer and nothing
    else changed.
    """
    result = result.float()
    dark = _dark_channel(layers)
    land_ends, sky_begins = (torch.quantile(dark.flatten(1), at, dim=1)[:, None, None, None] for at in (_LAND, _SKY))
    land = ((_deviation(layers) > _TEXTURE) & (dark <= land_ends)).float()
    before, after = ((value * land).sum((1, 2, 3)) for value in (dark, _dark_channel(result.clamp_min(0))))
    hazy = F.relu(after / before.clamp_min(1e-3) - (1 - share)).mean()
    sky = ((result - layers).abs() * (dark >= sky_begins)).mean()
    return hazy + 4 * sky + 4 * F.relu(-result).mean()


def _dark_channel(image: Tensor) -> Tensor:
    """(N, 3, h, w) -> (N, 1, h, w): the smallest value of any channel around each place."""
    return -F.max_pool2d(-image.amin(1, keepdim=True), _CELLS, 1, _CELLS // 2)


def _deviation(image: Tensor) -> Tensor:
    gray = image.float().mean(1, keepdim=True)
    mean, square = (F.avg_pool2d(value, 3, 1, 1, count_include_pad=False) for value in (gray, gray.square()))
    return (square - mean.square()).clamp_min(0).sqrt()


def _enlarged(layer: Tensor) -> Tensor:
    return F.interpolate(layer, size=(CONTEXT_SIZE, CONTEXT_SIZE), mode="bilinear")[0]
