"""Pieces of photographs as they are scanned and kept, some with marks, some with what only looks so: all on the device."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from ..degradations.base import column, luminance
from ..degradations.codec import through_jpeg
from ..degradations.filters import gaussian_blur

CLEAN: Final = 0.4
"""Of the pieces nothing is damaged."""

LAYERS: Final = 4
"""Marks of a piece, at most; each layer may hold several specks."""

COVERED: Final = 0.1
"""A pixel of which a mark covers more is to be found, as `degradations.scratches` has it …"""

SEEN: Final = 5 / 255
"""… if it changes there by at least so much; where it goes on unseen it hardly counts."""

RIM: Final = 0.3
"""How much clean pixels beside a mark count; the mark's own count in full, or a thin scratch, which is all rim, would be lost."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """seen: (N, 3, h, w) in [0, 1]; marked: (N, 1, h, w), 1 where it is damaged; counts: (N, 1, h, w), how much a pixel counts;
    natural: (N,), pieces on which nothing but marks was drawn."""

    seen: Tensor
    marked: Tensor
    counts: Tensor
    natural: Tensor


class LayerPool:
    """The newest so many layers, on the device. kinds: how many there are in all, of which the first `marks` are marks."""

    def __init__(self, size: int, side: int, marks: int, dark: Sequence[int], device: torch.device) -> None:
        self._layers = torch.zeros(size, side, side, dtype=torch.uint8, device=device)
        self._kinds = torch.zeros(size, dtype=torch.long)
        self._marks, self._dark = marks, torch.tensor(list(dark))
        self._filled, self._next = 0, 0
        self._device = device

    def __len__(self) -> int:
        return self._filled

    def add(self, kinds: Tensor, layers: Tensor) -> None:
        """(n,) and (n, side, side) bytes, in main memory."""
        size = len(self._kinds)
        places = (self._next + torch.arange(len(kinds))) % size
        self._kinds[places] = kinds.long()
        self._layers[places.to(self._device)] = layers.to(self._device)
        self._next = (self._next + len(kinds)) % size
        self._filled = min(size, self._filled + len(kinds))

    def pick(self, count: int, random: torch.Generator, *, marks: bool) -> tuple[Tensor, Tensor]:
        """Layers (count, 1, side, side) in [0, 1], turned and mirrored, and (count,) whether the kind is mostly dark."""
        which = (self._kinds[: self._filled] < self._marks) == marks
        places = which.nonzero().squeeze(1)
        chosen = places[torch.randint(len(places), (count,))]
        layers = self._layers[chosen.to(self._device)][:, None].float().div_(255)
        dark = torch.isin(self._kinds[chosen], self._dark).to(self._device)
        dice = column_rand(3, count, random) < 0.5
        layers = torch.where(dice[0], layers.flip(2), layers)
        layers = torch.where(dice[1], layers.flip(3), layers)
        return torch.where(dice[2], layers.transpose(2, 3), layers), dark


def damaged(patches: Tensor, store: LayerPool, random: torch.Generator) -> Pieces:
    """patches: (N, 3, h, w) of photographs, in [0, 1]; random: on the same device."""
    n = len(patches)
    picture = _toned(patches, random)
    picture, decoyed = _with_decoys(picture, store, random)
    picture = _grainy(picture, random, 0.6, 12)
    damage, covered = _with_marks(picture, store, random)
    framed, hidden = _framed(damage, random)
    covered = torch.where(hidden, 0.0, covered)
    changed = (damage - picture).abs().amax(1, keepdim=True)
    seen = _kept(framed.clamp(0, 1), random)
    marked = (covered > COVERED).float()
    counts = torch.where((marked > 0) & (changed < SEEN), 0.1, 1.0)
    around = F.max_pool2d(marked, 3, 1, 1)
    counts = torch.where((around > 0) & (marked == 0), RIM, counts)
    return Pieces(seen, marked, counts, ~decoyed & ~hidden.view(n, -1).any(1))


def _toned(picture: Tensor, random: torch.Generator) -> Tensor:
    """In colour, gray, or brown; faded, or with its full range; some a little enlarged, as fine scans are."""
    n = len(picture)
    gray = luminance(picture).expand(-1, 3, -1, -1).clamp_min(1e-4) ** (0.7 + 0.7 * column_rand(1, n, random)[0])
    low = torch.tensor([1.0, 0.8, 0.55], device=picture.device)
    tint = low + torch.tensor([0.1, 0.15, 0.3], device=picture.device) * torch.rand(n, 3, generator=random, device=picture.device)
    kind = column_rand(1, n, random)[0]
    picture = torch.where(kind < 0.45, gray, picture)
    picture = torch.where(kind < 0.25, picture * tint[:, :, None, None], picture)
    dice = column_rand(4, n, random)
    floor, ceiling = 0.3 * dice[0], 0.65 + 0.35 * dice[1]
    picture = torch.where(dice[2] < 0.3, floor + (ceiling - floor) * picture, picture)
    return torch.where(dice[3] < 0.04, 1 - picture, picture).clamp(0, 1)


def _with_decoys(picture: Tensor, store: LayerPool, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Railings, type, cables, lights; those that are dark often only where it is bright, behind what stands before it."""
    n = len(picture)
    layer, _ = store.pick(n, random, marks=False)
    dice = column_rand(6, n, random)
    luma = gaussian_blur(luminance(picture), torch.full((n,), 2.0, device=picture.device))
    middle = luma.mean((2, 3), keepdim=True)
    behind = torch.sigmoid((luma - middle) * 60)
    layer = torch.where(dice[0] < 0.4, layer * behind, layer)
    layer = layer * torch.where(dice[5] < 0.5, 1.0, dice[5])
    level = torch.where((dice[0] < 0.4) | (dice[1] < 0.5), 0.35 * dice[2], 0.65 + 0.35 * dice[2])
    tint = 0.1 * torch.randn(n, 3, 1, 1, generator=random, device=picture.device) * (dice[3] < 0.3)
    chosen = dice[4] < 0.2
    return torch.where(chosen, picture + layer * ((level + tint).clamp(0, 1) - picture), picture), chosen.view(n)


def _with_marks(picture: Tensor, store: LayerPool, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """The picture with marks, and (N, 1, h, w) how much of each pixel they cover."""
    n, device = len(picture), picture.device
    first = column_rand(3, n, random)
    clean = first[0] < CLEAN
    strength = torch.where(first[1] < 0.5, 1.0, 0.12 + 0.88 * first[2])
    covered, out = torch.zeros_like(picture[:, :1]), picture
    for number in range(LAYERS):
        layer, dark = store.pick(n, random, marks=True)
        dice = column_rand(9, n, random)
        present = ~clean & (dice[0] < 0.55**number)
        layer = torch.where(present, layer, 0.0)
        if number == 0:
            layer = gaussian_blur(layer, 1.2 * dice[1].flatten() * (dice[1].flatten() > 0.6))
        opacity = strength * torch.where(dice[2] < 0.5, 1.0, 0.3 + 0.7 * dice[3])
        light = dice[4] < torch.where(column(dark), 0.35, 0.75)
        level = torch.where(light, 0.7 + 0.3 * dice[5], 0.3 * dice[5])
        noise = torch.randn(n, 3, 1, 1, generator=random, device=device)
        ink = (level + torch.where(dice[6] < 0.2, 0.15, 0.015) * noise).clamp(0, 1)
        opaque = out + opacity * layer * (ink - out)
        signed = torch.where(light, 1.0, -1.0) * (0.08 + 0.6 * dice[5])
        added = out + opacity * layer * signed * (1 + 0.3 * noise)
        lost = out * (1 - opacity * layer * (0.5 + 0.5 * noise).clamp(0, 1))  # a dye that was scratched off
        shift = tuple(int(x) for x in torch.randint(-3, 4, (2,)))
        shade = layer - torch.roll(layer, shift, (2, 3))
        creased = (
            out + opacity * (0.1 + 0.4 * dice[7]) * shade
        )  # a fold that has not broken: light on one side, dark on the other
        way = dice[8]
        out = torch.where(way < 0.68, opaque, torch.where(way < 0.84, added, torch.where(way < 0.92, lost, creased)))
        covered = torch.maximum(covered, torch.where(way < 0.92, layer, (shade.abs() > 0.15).float()))
    return out, covered


def _framed(picture: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """The edge of a print or of a film's frame at one side, with a thin line beside it at times: no damage; and where it hides
    what was drawn, (N, 1, h, w)."""
    n, _, height, width = picture.shape
    dice = column_rand(12, n, random)
    y = torch.arange(height, device=picture.device)[:, None].expand(height, width)
    x = torch.arange(width, device=picture.device)[None, :].expand(height, width)
    sides = torch.stack([y, height - 1 - y, x, width - 1 - x]).float()
    which = (dice[0].flatten() * 4).long().clamp_max(3)
    far, beside = sides[which][:, None], sides[(which + 2) % 4][:, None]
    wave = 2 * dice[1] * (dice[2] < 0.3) * torch.sin(beside / (2 + 7 * dice[3]))
    edge = 2 + 0.28 * dice[4] * min(height, width) + 0.02 * (dice[5] - 0.5) * beside + wave
    cover = (edge - far).clamp(0, 1)
    paper = torch.where(dice[6] < 0.5, 0.75 + 0.25 * dice[7], 0.15 * dice[7])
    paper = (paper + 0.03 * torch.randn(n, 3, 1, 1, generator=random, device=picture.device)).clamp(0, 1)
    line = (1 + dice[8] - (far - edge - 2 - 7 * dice[9]).abs()).clamp(0, 1) * (dice[10] < 0.3)
    chosen = dice[11] < 0.15
    framed = picture + line * (dice[8] - picture)
    framed = framed + cover * (paper - framed)
    return torch.where(chosen, framed, picture), chosen & ((cover > 0) | (line > 0))


def _grainy(picture: Tensor, random: torch.Generator, share: float, most: float) -> Tensor:
    """Grain of film or of a sensor, up to `most` of 255, as fine as a pixel or coarser, gray or in colours."""
    n, device = len(picture), picture.device
    dice = column_rand(4, n, random)
    noise = torch.randn(picture.shape, generator=random, device=device)
    noise = torch.where(dice[0] < 0.6, noise[:, :1].expand(-1, 3, -1, -1), noise)
    noise = gaussian_blur(noise, 1.3 * dice[1].flatten(), radius=4)
    noise = noise / noise.std((1, 2, 3), keepdim=True)
    return torch.where(dice[2] < share, picture + noise * 0.5 * (most / 0.5) ** dice[3] / 255, picture)


def _kept(picture: Tensor, random: torch.Generator) -> Tensor:
    """As a scanner sees it (a little soft, or sharpened) and a file keeps it."""
    n, device = len(picture), picture.device
    dice = column_rand(6, n, random)
    sigma = torch.where(dice[0] < 0.35, 0.3 + 0.6 * dice[1], torch.where(dice[0] < 0.6, 1.0, 0.0))
    soft = gaussian_blur(picture, sigma.flatten(), radius=4)
    sharp = picture + (0.3 + 0.9 * dice[1]) * (picture - soft)
    picture = torch.where(dice[0] < 0.35, soft, torch.where(dice[0] < 0.6, sharp, picture)).clamp(0, 1)
    picture = _grainy(picture, random, 0.25, 4).clamp(0, 1)
    quality = (55 + 42 * dice[2]).flatten().round()
    phase = (torch.rand(n, 2, generator=random, device=device) * 16).long()
    saved = through_jpeg(picture, quality, dice[3].flatten() < 0.6, phase)
    return torch.where(dice[4] < 0.5, saved, (picture * 255).round() / 255)


def column_rand(rows: int, count: int, random: torch.Generator) -> Tensor:
    """(rows, count, 1, 1, 1) in [0, 1)."""
    return torch.rand(rows, count, 1, 1, 1, generator=random, device=random.device)
