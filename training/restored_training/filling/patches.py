"""What the fill network learns from: photographs with holes, filled smoothly, and the truth."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from torch import Tensor

from restored.filling.biharmonic import fill

from ..degradations.scratches import draw

Floats = npt.NDArray[np.float32]

KEPT: Final = 1600
"""Patches that are kept at a time: filling smoothly takes as long as a step of training, so each is seen several times, turned,
mirrored and with its channels exchanged."""


class Patches:
    """An endless store of patches, renewed as it is drawn from; the same seed gives the same ones."""

    def __init__(self, photographs: Sequence[npt.NDArray[np.uint8]], side: int, seed: int, kept: int = KEPT) -> None:
        self._photographs, self._side = photographs, side
        self._random = np.random.default_rng(seed)
        self._weights = np.array([image.shape[0] * image.shape[1] for image in photographs], np.float64) ** 0.5
        self._weights /= self._weights.sum()
        self._store: list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]] = [self._made() for _ in range(kept)]

    def batch(self, size: int, fresh: int) -> tuple[Tensor, Tensor]:
        """(size, 4, side, side) tiles as the network sees them, and (size, 3, side, side) what should come of them; `fresh` of
        the store are replaced."""
        for _ in range(fresh):
            self._store[self._random.integers(len(self._store))] = self._made()
        picked = self._random.integers(len(self._store), size=size)
        tiles, truths = zip(*(self._varied(*self._store[index]) for index in picked), strict=True)
        return torch.from_numpy(np.stack(tiles)), torch.from_numpy(np.stack(truths))

    def _made(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """A tile (4, side, side) and its truth (3, side, side) in bytes."""
        random, side = self._random, self._side
        truth = self._crop()
        share = float(np.clip(random.lognormal(np.log(0.08), 0.5), 0.005, 0.25))
        damage = draw(random, side, side, share)
        hole = damage.hole
        if not hole.any() or hole.all():
            return self._made()
        seen = damage.on(truth + self._grain()) if random.random() < 0.75 else damage.on(truth)
        seen = np.clip(seen, 0, 1)
        flat = seen.reshape(-1, 3)
        filled = seen.copy()
        filled[hole] = np.clip(fill(hole.astype(np.uint8), lambda places: flat[places]), 0, 1)
        tile = np.concatenate([filled, hole[..., None].astype(np.float32)], axis=-1)
        return _bytes(tile.transpose(2, 0, 1)), _bytes(truth.transpose(2, 0, 1))

    def _crop(self) -> Floats:
        """A square from a photograph, at its own size or reduced, of two the one with more in it."""
        best, most = np.zeros(0, np.float32), -1.0
        for _ in range(2):
            image = self._photographs[self._random.choice(len(self._photographs), p=self._weights)]
            scale = self._random.choice([1.0, 0.7, 0.5])
            side = min(round(self._side / scale), *image.shape[:2])
            top, left = (int(self._random.integers(0, size - side + 1)) for size in image.shape[:2])
            piece = image[top : top + side, left : left + side]
            if side != self._side:
                piece = np.asarray(Image.fromarray(piece).resize((self._side, self._side), Image.Resampling.BOX))
            crop = np.asarray(piece / 255, np.float32)
            detail = float(np.abs(np.diff(crop, axis=0)).mean() + np.abs(np.diff(crop, axis=1)).mean())
            if detail > most:
                best, most = crop, detail
        if self._random.random() < 0.2:
            best = np.repeat(np.asarray(best.mean(axis=-1, keepdims=True), np.float32), 3, axis=-1)
        return best

    def _grain(self) -> Floats:
        """Of film or of a scanner: as strong as 0.3 to 14 of 255, as fine as a pixel or two, gray or in colours."""
        random, side = self._random, self._side
        strength = np.exp(random.uniform(np.log(0.3), np.log(14))) / 255
        noise = random.normal(0, 1, (side, side, 3))
        noise = (1 - (mix := random.random())) * noise + mix * noise.mean(axis=-1, keepdims=True) * np.sqrt(3)
        noise = gaussian_filter(noise, (wide := random.uniform(0, 1.1), wide, 0))
        return np.asarray(noise * strength / max(noise.std(), 1e-6), np.float32)

    def _varied(self, tile: npt.NDArray[np.uint8], truth: npt.NDArray[np.uint8]) -> tuple[Floats, Floats]:
        random = self._random
        turns, mirror = int(random.integers(4)), bool(random.integers(2))
        channels = random.permutation(3)
        gain = random.uniform(0.7, 1.0)
        shapes = []
        for planes, order in ((tile, [*channels, 3]), (truth, channels)):
            turned = np.rot90(planes[order], turns, axes=(1, 2))
            values = np.ascontiguousarray(turned[..., ::-1] if mirror else turned).astype(np.float32) / 255
            values[:3] *= gain
            shapes.append(values)
        return shapes[0], shapes[1]


def _bytes(values: Floats) -> npt.NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
