"""Real pairs in training: crops of damaged photographs whose clean partners exist, beside the synthetic samples."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.instruction.plan import Plan, Step
from restored.instruction.tasks import Task

from ..runs.config import PairConfig
from .photographs import DataError, PairSet, read_manifest
from .sampling import CONTEXT_SIZE, Group, Sampler, oriented, oriented_window, tensor_of


@dataclass(frozen=True, slots=True)
class PairSource:
    """One paired set in memory: what its pictures suffer from, and the share of all groups that come from it."""

    task: Task
    pairs: PairSet
    share: float
    manifest: list[dict[str, str]]
    """One row per pair, for the run's list of photographs; source and licence from the clean folder's `manifest.tsv`."""

    @classmethod
    def open(cls, config: PairConfig, *, limit: int | None = None) -> "PairSource":
        """Raises DataError when a picture has no partner, or one of another size."""
        pairs = PairSet(config.damaged, config.clean, limit=limit)
        known = {Path(name).with_suffix("").as_posix(): row for name, row in read_manifest(config.clean).items()}
        manifest = [{**known.get(name, {}), "file": name, "paired_for": config.task} for name in pairs.names]
        return cls(config.task, pairs, config.share, manifest)

    def draw(self, count: int, size: int, rng: random.Random) -> Group:
        """Crops of `size` pixels that name the set's task. Raises DataError when no picture is as large as that."""
        large = [n for n, image in enumerate(self.pairs.clean) if min(image.shape[:2]) >= size]
        if not large:
            raise DataError(f"No pair for {self.task} is as large as a patch of {size} pixels. Use smaller patches.")
        damaged, clean, contexts, windows = [], [], [], []
        for _ in range(count):
            number = rng.choice(large)
            layer, truth = self.pairs.damaged[number], self.pairs.clean[number]
            height, width = layer.shape[:2]
            y, x = rng.randint(0, height - size), rng.randint(0, width - size)
            turns = tuple(rng.random() < 0.5 for _ in range(3))
            window = (x / width, y / height, (x + size) / width, (y + size) / height)
            damaged.append(oriented(_crop(layer, y, x, size), *turns))
            clean.append(oriented(_crop(truth, y, x, size), *turns))
            contexts.append(oriented(_context(layer), *turns))
            windows.append(oriented_window(window, *turns))
        plan = Plan(steps=(Step(self.task),))
        return Group(torch.stack(damaged), torch.stack(clean), torch.stack(contexts), torch.tensor(windows), plan, (self.task,))


class PairedSampler:
    """Draws a group from a paired set now and then, else from `synthetic`; the group of a (seed, index) is always the same."""

    def __init__(self, synthetic: Sampler, sources: Sequence[PairSource], group_size: int, seed: int) -> None:
        if sum(source.share for source in sources) > 1:
            raise DataError("The shares of the paired sets must not exceed 1 together.")
        self._synthetic, self._sources, self._group_size, self._seed = synthetic, sources, group_size, seed

    def draw(self, index: int, size: int, device: torch.device | str = "cpu") -> Group:
        """Group number `index` of the run, with patches of `size` pixels."""
        rng = random.Random(f"{self._seed}/pairs/{index}")
        dice = rng.random()
        for source in self._sources:
            if (dice := dice - source.share) < 0:
                return source.draw(self._group_size, size, rng).to(device)
        return self._synthetic.draw(index, size, device)


def _crop(image: np.ndarray, y: int, x: int, size: int) -> Tensor:
    return tensor_of(image[y : y + size, x : x + size])


def _context(image: np.ndarray) -> Tensor:
    return F.interpolate(tensor_of(image)[None], (CONTEXT_SIZE, CONTEXT_SIZE), mode="area")[0]
