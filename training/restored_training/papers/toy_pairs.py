"""What the toys learn from: noise and short blur on crops, the same batches for every arm of a seed."""

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

Kind = Literal["denoise", "deblur"]
KINDS: Final[tuple[Kind, Kind]] = ("denoise", "deblur")
"""The paper's two elementary tasks (section 4), in the order of all stacked tensors."""

PATCH: Final = 64
KERNEL: Final = 9
"""Side of a blur kernel: short enough that a toy learns to undo it at all."""
SIGMAS: Final = (15.0, 25.0, 50.0)
"""Standard deviations of the noise, of 255 (Instruct-IPT, section 4)."""


def patches(crops: Tensor, count: int, generator: Generator) -> Tensor:
    """Random patches of PATCH + KERNEL - 1 pixels, flipped and turned. crops: (N, 144, 144, 3) uint8 on the generator's device.
    Returns (count, 3, s, s) float32 in [0, 1]; half of them reduced by two."""
    device, side = crops.device, PATCH + KERNEL - 1
    dice = torch.rand(7, count, generator=generator, device=device)
    chosen = crops[(dice[0] * len(crops)).long()]
    half = (dice[1] < 0.5) & (crops.shape[1] >= 2 * side)
    spans = torch.where(half, 2 * side, side)
    top, left = (((crops.shape[1] - spans + 1) * dice[row]).long() for row in (2, 3))
    step = torch.arange(side, device=device)
    out = torch.zeros(count, side, side, 3, device=device)
    scale = torch.where(half, 2, 1)[:, None]
    index = torch.arange(count, device=device)[:, None, None]
    for dy in (0, 1):
        for dx in (0, 1):
            rows, columns = ((place[:, None] + step * scale + d * (scale - 1)) for place, d in ((top, dy), (left, dx)))
            out += chosen[index, rows[:, :, None], columns[:, None, :]].float() / 4
    out = (out / 255).permute(0, 3, 1, 2)
    flip, mirror, turn = (dice[row, :, None, None, None] < 0.5 for row in (4, 5, 6))
    out = torch.where(flip, out.flip(2), out)
    out = torch.where(mirror, out.flip(3), out)
    return torch.where(turn, out.transpose(2, 3), out).contiguous()


def kernels(count: int, generator: Generator) -> Tensor:
    """Bent movements of 3 to 9 px at any angle: (count, 9, 9), sum 1."""
    device = generator.device
    length, angle, bend = torch.rand(3, count, 1, generator=generator, device=device)
    along = torch.linspace(-0.5, 0.5, 33, device=device)
    ahead, aside = along * (3 + 5.5 * length), (bend - 0.5) * 6 * (along**2 - 1 / 12)
    cos, sin = torch.cos(math.pi * angle), torch.sin(math.pi * angle)
    x, y = (value + KERNEL // 2 for value in (ahead * cos - aside * sin, ahead * sin + aside * cos))
    cells = torch.arange(KERNEL, device=device)
    near_x, near_y = ((1 - (value[..., None] - cells).abs()).clamp_min(0) for value in (x, y))
    kernel = torch.einsum("npy,npx->nyx", near_y, near_x)
    return kernel / kernel.sum((1, 2), keepdim=True)


def damaged(kind: Kind, clean: Tensor, generator: Generator, *, sigma: float | None = None) -> tuple[Tensor, Tensor]:
    """(input, target) without the border that a kernel needs, both (N, 3, h - 8, w - 8), the input clipped to 8 bits as the
    papers' noisy inputs are. sigma: of the noise, drawn from SIGMAS where not given; blur has a faint one of 1."""
    edge = KERNEL // 2
    target = clean[..., edge:-edge, edge:-edge]
    noise = torch.randn(target.shape, generator=generator, device=clean.device)
    if kind == "denoise":
        levels = torch.tensor(SIGMAS, device=clean.device)
        drawn = levels[torch.randint(3, (len(clean),), generator=generator, device=clean.device)]
        out = target + noise * (drawn if sigma is None else torch.full_like(drawn, sigma))[:, None, None, None] / 255
    else:
        n, c, height, width = clean.shape
        weight = kernels(n, generator).repeat_interleave(c, 0)[:, None]
        out = F.conv2d(clean.reshape(1, n * c, height, width), weight, groups=n * c).view_as(target) + noise / 255
    return (out.clamp(0, 1) * 255).round() / 255, target


class Batches:
    """The batches of several seeds side by side: step -> input and target, (seeds, 2, B, 3, 64, 64) uint8.

    rows: the kind of each of the two rows. A (seed, step) always gives the same batch on the same kind of device.
    """

    def __init__(
        self, crops: np.ndarray, seeds: Sequence[int], size: int, device: torch.device | str, *, rows: tuple[Kind, Kind] = KINDS
    ) -> None:
        self.device = torch.device(device)
        self._crops = torch.from_numpy(crops).to(self.device)
        self.seeds, self.size, self.rows = tuple(seeds), size, rows
        self._kept: dict[int, tuple[Tensor, Tensor]] = {}

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        if self.device.type != "cuda":
            return self._draw(step)
        if step not in self._kept:
            self._kept[step] = self._draw(step)
        return self._kept[step]

    def _draw(self, step: int) -> tuple[Tensor, Tensor]:
        inputs, targets = [], []
        for seed in self.seeds:
            for row, kind in enumerate(self.rows):
                generator = Generator(self.device).manual_seed(1_000_003 * (seed + 1) + 2 * step + row)
                before, after = damaged(kind, patches(self._crops, self.size, generator), generator)
                inputs.append(before)
                targets.append(after)
        shape = (len(self.seeds), 2, self.size, 3, PATCH, PATCH)
        both = (torch.stack(value).view(shape).mul(255).round_().to(torch.uint8) for value in (inputs, targets))
        first, second = both
        return first, second


def kept_out_pairs(
    crops: np.ndarray, kind: Kind, device: torch.device | str, *, sigma: float | None = None
) -> tuple[Tensor, Tensor]:
    """Input and target of every kept-out crop, (M, 3, 128, 128): mirrored borders for the kernel, the same damage for all."""
    clean = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
    edge = KERNEL // 2
    generator = Generator().manual_seed(20260 + int(sigma or 0))
    before, after = damaged(kind, F.pad(clean, (edge,) * 4, mode="reflect"), generator, sigma=sigma)
    return before.to(device), after.to(device)
