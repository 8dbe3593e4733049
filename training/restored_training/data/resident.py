"""Photographs that live on the device: patches are gathered there, so that a GPU never waits for a loader."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .photographs import DataError, reduced
from .sampling import CONTEXT_SIZE

_CELL: Final = 8
"""Gradient energy is kept per cell of this many pixels."""
_TRIES: Final = 5
_SMALL_SIDE: Final = 256
_FINE: Final = 4 * CONTEXT_SIZE


@dataclass(frozen=True, slots=True)
class Flat:
    """Images (H, W, C) uint8 as one long row of bytes, where each starts, and its (height, width)."""

    pixels: np.ndarray
    starts: np.ndarray
    sides: np.ndarray

    @classmethod
    def of(cls, images: Sequence[np.ndarray]) -> "Flat":
        starts = np.concatenate([[0], np.cumsum([image.size for image in images])[:-1]])
        pixels = np.concatenate([image.reshape(-1) for image in images])
        return cls(pixels, starts, np.array([image.shape[:2] for image in images]))

    def on(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        return tuple(torch.from_numpy(value).to(device) for value in (self.pixels, self.starts, self.sides))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Photographs at every scale, their gradient energies and small copies: made once in main memory, for one device or for the
    processes of several runs."""

    levels: Flat
    energies: Flat
    small: Flat
    scales: int

    @classmethod
    def of(cls, photographs: Sequence[np.ndarray], scales: Sequence[float], *, workers: int = 1) -> "Prepared":
        with ThreadPoolExecutor(workers) as pool:  # Pillow and numpy let go of the interpreter lock
            levels = list(pool.map(lambda photo: [reduced(photo, scale) for scale in scales], photographs))
            flat = [image for group in levels for image in group]
            energies = list(pool.map(lambda image: _energy(image)[..., None], flat))
            small = list(pool.map(lambda photo: reduced(photo, min(1.0, _SMALL_SIDE / min(photo.shape[:2]))), photographs))
        return cls(Flat.of(flat), Flat.of(energies), Flat.of(small), len(scales))


class ResidentSource:
    """What `PatchSource` does, batched on a device: the same `draw`, every photograph at every scale as uint8 in its memory
    (1.3 GiB for 263 photographs of 2 megapixels at three scales).

    Patches with detail are preferred: of five places the one with the most gradient energy is taken, except for 15 %.
    fit: which photographs may be drawn, bool for each; all when None.
    """

    def __init__(self, prepared: Prepared, device: torch.device | str = "cpu", *, fit: Sequence[bool] | None = None) -> None:
        self.device = torch.device(device)
        self._pixels, self._starts, self._sides = prepared.levels.on(self.device)
        self._energy, self._energy_starts, self._energy_sides = prepared.energies.on(self.device)
        self._small, self._small_starts, self._small_sides = prepared.small.on(self.device)
        self._scales = prepared.scales
        self._fitting: dict[int, tuple[Tensor, Tensor]] = {}
        self._fit = torch.tensor(fit if fit is not None else [True] * len(prepared.small.sides), device=self.device)

    @property
    def bytes(self) -> int:
        """Device memory held, in bytes."""
        return self._pixels.numel() + self._energy.numel() + self._small.numel()

    def draw(self, count: int, size: int, rng: random.Random, *, upright: bool = False) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Patches (N, 3, size, size) and contexts (N, 3, 64, 64) in [0, 1], windows (N, 4) and the layers' sides in pixels
        (N, 2), all on the device. Raises DataError when no photograph is as large as a patch."""
        generator = torch.Generator(self.device).manual_seed(rng.getrandbits(62))
        level = self._pick_levels(count, size, generator)
        top_left, layer = self._pick_layers(level, size, generator)
        place = self._pick_places(level, top_left, layer, size, generator)
        patches = _gather(self._pixels, self._starts[level], self._sides[level, 1], place, size, 3)
        contexts = self._contexts(level, top_left, layer)
        corner = (place - top_left) / layer
        windows = torch.cat([corner.flip(1), (corner + size / layer).flip(1)], dim=1)
        return _orient(patches, contexts, windows, layer.float(), generator, upright=upright)

    def _pick_levels(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        large, photos = self._large_enough(size)
        photo = photos[self._below(torch.full((count,), len(photos), device=self.device), generator)]
        scale = torch.multinomial(large[photo].float(), 1, generator=generator).squeeze(1)
        return photo * self._scales + scale

    def _large_enough(self, size: int) -> tuple[Tensor, Tensor]:
        """Which scales of which photographs a patch fits into, (photographs, scales) bool, and the photographs with any."""
        if size not in self._fitting:
            large = (self._sides.amin(1) >= size).view(-1, self._scales)
            photos = (large.any(1) & self._fit).nonzero().squeeze(1)
            if not len(photos):
                raise DataError(
                    f"No photograph is as large as a patch of {size} pixels. Use larger photographs or smaller patches."
                )
            self._fitting[size] = large, photos
        return self._fitting[size]

    def _pick_layers(self, level: Tensor, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The layer a person sends is the whole picture, or a part of it: its top-left (y, x) and (height, width)."""
        dice = torch.rand(2, len(level), generator=generator, device=self.device)
        part = torch.where(dice[0] < 0.5, 1.0, 0.4 + 0.6 * dice[1])
        layer = (self._sides[level] * part[:, None]).long().clamp_min(size)
        return self._below(self._sides[level] - layer + 1, generator), layer

    def _pick_places(self, level: Tensor, top_left: Tensor, layer: Tensor, size: int, generator: torch.Generator) -> Tensor:
        tries = torch.stack([top_left + self._below(layer - size + 1, generator) for _ in range(_TRIES)])
        cells = max(1, size // _CELL)
        width = self._energy_sides[level, 1]
        energy = torch.stack(
            [
                _gather(self._energy, self._energy_starts[level], width, place // _CELL, cells, 1).mean((1, 2, 3))
                for place in tries
            ]
        )
        careless = torch.rand(len(level), generator=generator, device=self.device) >= 0.85
        best = torch.where(careless, 0, energy.argmax(0))
        return tries[best, torch.arange(len(level), device=self.device)]

    def _contexts(self, level: Tensor, top_left: Tensor, layer: Tensor) -> Tensor:
        """The layer's thumbnail, from the photograph's small copy: four samples per context pixel each way, averaged."""
        photo = level // self._scales
        ratio = self._small_sides[photo] / self._sides[level]
        steps = (torch.arange(_FINE, device=self.device) + 0.5) / _FINE
        where = ((top_left[:, :, None] + layer[:, :, None] * steps) * ratio[:, :, None]).long()
        where = torch.minimum(where, self._small_sides[photo][:, :, None] - 1)
        rows, columns = where[:, 0], where[:, 1]
        index = (rows[:, :, None] * self._small_sides[photo, 1, None, None] + columns[:, None, :]) * 3
        index = (self._small_starts[photo, None, None] + index)[..., None] + torch.arange(3, device=self.device)
        return F.avg_pool2d(self._small[index].permute(0, 3, 1, 2).float().div_(255), 4)

    def _below(self, limits: Tensor, generator: torch.Generator) -> Tensor:
        """Random integers from 0 to each limit, exclusive."""
        draw = torch.rand(limits.shape, generator=generator, device=self.device, dtype=torch.float64)
        return (draw * limits).long()


def _gather(flat: Tensor, start: Tensor, width: Tensor, corner: Tensor, size: int, channels: int) -> Tensor:
    """Squares of `size` at (y, x) corners (N, 2) from flat images -> (N, channels, size, size) float32 in [0, 1]."""
    step = torch.arange(size, device=flat.device)
    rows, columns = corner[:, :1] + step, corner[:, 1:] + step
    index = (rows[:, :, None] * width[:, None, None] + columns[:, None, :]) * channels + start[:, None, None]
    # a last, partial cell of the energy map may be missing
    index = (index[..., None] + torch.arange(channels, device=flat.device)).clamp_max(flat.numel() - 1)
    return flat[index].permute(0, 3, 1, 2).float().div_(255)


def _energy(image: np.ndarray) -> np.ndarray:
    """Mean absolute gradient of green per cell, as uint8 (H // 8, W // 8), at least 1 x 1."""
    green = image[:, :, 1].astype(np.int16)
    gradient = np.zeros(green.shape, np.float32)
    gradient[1:] += np.abs(np.diff(green, axis=0))
    gradient[:, 1:] += np.abs(np.diff(green, axis=1))
    height, width = max(1, green.shape[0] // _CELL), max(1, green.shape[1] // _CELL)
    cells = gradient[: height * _CELL, : width * _CELL].reshape(height, -1, width, gradient[:, : width * _CELL].shape[1] // width)
    return cells.mean((1, 3)).clip(0, 255).astype(np.uint8)


def _orient(
    patches: Tensor, contexts: Tensor, windows: Tensor, sides: Tensor, generator: torch.Generator, *, upright: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Each sample upside down, mirrored or turned with a chance of one half each; if `upright`, only mirrored."""
    dice = torch.rand(3, len(patches), generator=generator, device=patches.device) < 0.5
    if upright:
        dice[0] = dice[2] = False
    flip, mirror, turn = (value[:, None, None, None] for value in dice)
    oriented = []
    for image in (patches, contexts):
        image = torch.where(flip, image.flip(2), image)
        image = torch.where(mirror, image.flip(3), image)
        oriented.append(torch.where(turn, image.transpose(2, 3), image).contiguous())
    left, top, right, bottom = windows.float().unbind(1)
    top, bottom = torch.where(dice[0], 1 - bottom, top), torch.where(dice[0], 1 - top, bottom)
    left, right = torch.where(dice[1], 1 - right, left), torch.where(dice[1], 1 - left, right)
    straight, turned = torch.stack([left, top, right, bottom], 1), torch.stack([top, left, bottom, right], 1)
    chosen = torch.where(dice[2, :, None], turned, straight)
    return oriented[0], oriented[1], chosen, torch.where(dice[2, :, None], sides.flip(1), sides)
