"""Photographs -> training groups: patches with their layer's context, damaged and with only the named damage removed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.instruction.plan import Plan, Step
from restored.instruction.tasks import TASKS, Task

from ..degradations import LayerView, Params, compose, degradation, grid_of
from ..degradations.base import luminance, round8
from ..runs.config import MixConfig
from .photographs import reduced

CONTEXT_SIZE: Final = 64
"""Side of the context frame in training; the networks average theirs to this size or less."""

_TRIES: Final = 5
"""Most patches are the liveliest of so many: smooth sky and bokeh teach little."""
_EIGHT_BIT: Final = 0.85
"""Of all groups, so many are pictures of 8 bits, as files are. Where none is, a network learns to tell damage by values that no
file holds: rain trained so gained 2.3 dB on its samples and lost 3.5 dB on Rain100L."""
_SMALL_SIDE: Final = 144
"""Short side of the copy that contexts are cut from: enough for the smallest layer, and quick to average."""


@dataclass(frozen=True, slots=True)
class Group:
    """Samples that share one plan.

    damaged, target: (N, 3, s, s) float32 in [0, 1]; context: (N, 3, 64, 64); windows: (N, 4) the patch's place in its layer;
    plan: what is asked for; present: what is wrong with the pictures.
    """

    damaged: Tensor
    target: Tensor
    context: Tensor
    windows: Tensor
    plan: Plan
    present: tuple[Task, ...]

    @property
    def weights(self) -> Tensor:
        """(tasks,) float32, the plan's strength per task."""
        return torch.tensor(self.plan.strengths(TASKS))

    @property
    def kind(self) -> str:
        """A name for logs and loss balance: the named tasks that are present, or `nothing`."""
        named = [step.task for step in self.plan.steps if step.task in self.present]
        return "+".join(named) or "nothing"

    def to(self, device: torch.device | str) -> "Group":
        """The same group with its tensors on a device."""
        moved = (value.to(device) for value in (self.damaged, self.target, self.context, self.windows))
        return Group(*moved, plan=self.plan, present=self.present)


class Sampler(Protocol):
    """What the trainer draws from: `GroupSampler`, or `pairs.PairedSampler` around one."""

    def draw(self, index: int, size: int, device: torch.device | str = "cpu") -> Group:
        """Group number `index` of the run, always the same, with patches of `size` pixels."""
        ...


class PatchDrawer(Protocol):
    """Where patches come from: `PatchSource` in main memory, `ResidentSource` on a device."""

    def draw(self, count: int, size: int, rng: random.Random, *, upright: bool = False) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Patches (N, 3, size, size), contexts (N, 3, 64, 64), windows (N, 4) and the layers' sides in pixels (N, 2); `upright`
        photographs are only mirrored, never turned or stood on their heads."""
        ...


class PatchSource:
    """Random patches of photographs, each with a thumbnail of the layer it is cut from.

    photographs: list of (H, W, 3) uint8 arrays. Every photograph is kept at each of `scales`, and once small for the context.
    """

    def __init__(self, photographs: Sequence[np.ndarray], scales: Sequence[float]) -> None:
        self._levels = [[reduced(photo, scale) for scale in scales] for photo in photographs]
        self._small = [reduced(photo, min(1.0, _SMALL_SIDE / min(photo.shape[:2]))) for photo in photographs]

    def draw(self, count: int, size: int, rng: random.Random, *, upright: bool = False) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns patches (N, 3, size, size), contexts (N, 3, 64, 64), windows (N, 4) and the layers' sides in pixels (N, 2)."""
        patches, contexts, windows, sides = [], [], [], []
        for _ in range(count):
            patch, context, window, side = self._one(size, rng)
            flip, mirror, turn = rng.random() < 0.5, rng.random() < 0.5, rng.random() < 0.5
            flip, turn = flip and not upright, turn and not upright
            patches.append(oriented(patch, flip, mirror, turn))
            contexts.append(oriented(context, flip, mirror, turn))
            windows.append(oriented_window(window, flip, mirror, turn))
            sides.append(side[::-1] if turn else side)
        return torch.stack(patches), torch.stack(contexts), torch.tensor(windows), torch.tensor(sides, dtype=torch.float32)

    def _one(self, size: int, rng: random.Random) -> tuple[Tensor, Tensor, tuple[float, float, float, float], tuple[int, int]]:
        index = rng.randrange(len(self._levels))
        photo = rng.choice([level for level in self._levels[index] if min(level.shape[:2]) >= size] or self._levels[index][:1])
        if min(photo.shape[:2]) < size:
            photo = np.pad(photo, [(0, max(0, size - side)) for side in photo.shape[:2]] + [(0, 0)], mode="reflect")
        height, width = photo.shape[:2]
        # the layer a person sends is the whole picture, or a part of it
        part = 1.0 if rng.random() < 0.5 else rng.uniform(0.4, 1.0)
        layer_h, layer_w = max(size, int(height * part)), max(size, int(width * part))
        top, left = rng.randint(0, height - layer_h), rng.randint(0, width - layer_w)

        best: tuple[float, int, int] | None = None
        for _ in range(_TRIES if rng.random() < 0.85 else 1):
            y, x = top + rng.randint(0, layer_h - size), left + rng.randint(0, layer_w - size)
            energy = _energy(photo[y : y + size : 3, x : x + size : 3])
            if best is None or energy > best[0]:
                best = (energy, y, x)
        assert best is not None
        _, y, x = best
        small = self._small[index]
        ratio_y, ratio_x = small.shape[0] / height, small.shape[1] / width
        rows = slice(int(top * ratio_y), max(int((top + layer_h) * ratio_y), int(top * ratio_y) + 1))
        columns = slice(int(left * ratio_x), max(int((left + layer_w) * ratio_x), int(left * ratio_x) + 1))
        context = F.interpolate(tensor_of(small[rows, columns])[None], (CONTEXT_SIZE, CONTEXT_SIZE), mode="area")[0]
        window = ((x - left) / layer_w, (y - top) / layer_h, (x - left + size) / layer_w, (y - top + size) / layer_h)
        return tensor_of(photo[y : y + size, x : x + size]), context, window, (layer_h, layer_w)


class GroupSampler:
    """Draws whole groups. The group of a (seed, index) is always the same: a resumed run sees what it would have seen."""

    def __init__(self, source: PatchDrawer, mix: MixConfig, group_size: int, seed: int) -> None:
        self._source, self._mix, self._group_size, self._seed = source, mix, group_size, seed

    def draw(self, index: int, size: int, device: torch.device | str = "cpu") -> Group:
        """Group number `index` of the run, with patches of `size` pixels, or of whole layers where the mix says so."""
        rng = random.Random(f"{self._seed}/{index}")
        generator = torch.Generator(device).manual_seed(rng.getrandbits(62))
        present, named, strength = self._case(rng)
        count = self._group_size
        patches, contexts, windows, sides = self._source.draw(count, size, rng, upright=self._mix.upright)
        patches, contexts, windows, sides = (value.to(device) for value in (patches, contexts, windows, sides))
        if rng.random() < self._mix.gray:
            patches, contexts = (luminance(value).expand_as(value).contiguous() for value in (patches, contexts))
        far = sides.amin(1) / CONTEXT_SIZE
        whole = _whole(windows)
        context = LayerView(contexts, grid_of(whole, CONTEXT_SIZE, CONTEXT_SIZE), far, size > CONTEXT_SIZE or None)
        if layers := self._mix.layers:
            patch, windows = context, whole
        else:
            patch = LayerView(patches, grid_of(windows, size, size), torch.ones(count, device=device), False)

        params: dict[Task, Params] = {
            task: degradation(task).draw(count, generator, torch.device(device), (size, size)) for task in present
        }
        for task in named:
            if task in params:  # damage of other scenes than photographs by day brings its own truth
                kind = degradation(task)
                patch, context = (view.with_image(kind.scene(view, params[task])) for view in (patch, context))
        patches = patch.image
        damaged, damaged_context = compose(patch, None if layers else context, params, _mask(present, count))
        damaged_context = damaged if damaged_context is None else damaged_context
        remaining: list[Task] = [task for task in present if task not in named]
        target = compose(patch, None, params, _mask(remaining, count))[0] if remaining else patches
        # what was enlarged comes to the network unrounded, and a reduced layer is a mean of many pixels
        if "superres" not in named and not layers and rng.random() < _EIGHT_BIT:
            damaged, target = round8(damaged), round8(target)
        if strength < 1:
            target = damaged + strength * (target - damaged)
        plan = Plan(steps=tuple(Step(task, strength=strength) for task in named))
        return Group(damaged, target, damaged_context, windows, plan, tuple(present))

    def _case(self, rng: random.Random) -> tuple[list[Task], list[Task], float]:
        """What is wrong, what is named, and how strongly it should be removed."""
        mix = self._mix
        known: list[Task] = list(mix.tasks)
        if mix.named is not None:
            return self._case_of_expert(mix.named, rng)
        if len(known) == 1 and rng.random() >= mix.clean:
            return known, known, 1.0
        dice = rng.random()
        if (dice := dice - mix.composite) < 0:
            present = self._pick(rng, rng.choice([2, 2, 3]))
            return present, present, 1.0
        if (dice := dice - mix.partial) < 0:
            present = self._pick(rng, rng.choice([2, 2, 3]))
            return present, present[: rng.randint(1, len(present) - 1)], 1.0
        if (dice := dice - mix.clean) < 0:
            named = self._pick(rng, rng.choice([1, 1, 2]))
            # half of the wrong instructions meet a picture with another problem, which must stay
            others: list[Task] = [task for task in known if task not in named and not _overlap(task, named)]
            bystander: list[Task] = [rng.choice(others)] if others and rng.random() < 0.4 else []
            return bystander, named, 1.0
        single = self._pick(rng, 1)
        return single, single, rng.uniform(0.2, 0.95) if dice - mix.weaker < 0 else 1.0

    def _case_of_expert(self, named: Task, rng: random.Random) -> tuple[list[Task], list[Task], float]:
        """As `_case`, with one task always asked for: alone, among bystanders that must stay, or not there at all."""
        mix = self._mix
        dice = rng.random()
        if (dice := dice - mix.partial) < 0:
            return self._pick(rng, rng.choice([2, 2, 3]), [named]), [named], 1.0
        if (dice := dice - mix.clean) < 0:
            bystanders = self._pick(rng, 2, [named])[1:] if rng.random() < 0.5 else []
            return bystanders, [named], 1.0
        return [named], [named], rng.uniform(0.2, 0.95) if dice - mix.weaker < 0 else 1.0

    def _pick(self, rng: random.Random, count: int, first: Sequence[Task] = ()) -> list[Task]:
        chosen: list[Task] = list(first)
        weights: dict[Task, float] = {
            task: weight for task, weight in self._mix.tasks.items() if task not in first and not _overlap(task, first)
        }
        while weights and len(chosen) < count:
            task = rng.choices(list(weights), list(weights.values()))[0]
            chosen.append(task)
            # two damages that undo or hide each other make no sensible sample
            weights = {other: weight for other, weight in weights.items() if other != task and not _overlap(other, [task])}
        return chosen


_HARD_TOGETHER: Final = ({"lowlight", "enhance"}, {"lowlight", "dehaze"}, {"enhance", "dehaze"}, {"deblur", "superres"})


def _overlap(task: Task, others: Sequence[Task]) -> bool:
    """True when `task` and one of `others` change the same quality of a picture, so that neither alone is well defined."""
    return any({task, other} == pair for pair in _HARD_TOGETHER for other in others)


def _mask(tasks: Sequence[Task], count: int) -> Tensor:
    return torch.tensor([[task in tasks for task in TASKS]]).expand(count, -1)


def _whole(windows: Tensor) -> Tensor:
    return torch.tensor([0.0, 0.0, 1.0, 1.0], device=windows.device).expand_as(windows)


def tensor_of(pixels: np.ndarray) -> Tensor:
    """(H, W, 3) uint8 -> (3, H, W) float32 in [0, 1]."""
    planes = torch.tensor(pixels).permute(2, 0, 1)
    return planes.to(torch.float32, memory_format=torch.contiguous_format).div_(255)


def _energy(pixels: np.ndarray) -> float:
    green = pixels[:, :, 1].astype(np.int16)
    return float(np.abs(green[1:] - green[:-1]).mean() + np.abs(green[:, 1:] - green[:, :-1]).mean())


def oriented(image: Tensor, flip: bool, mirror: bool, turn: bool) -> Tensor:
    """(3, H, W), upside down, mirrored and transposed as asked, in that order."""
    axes = [axis for axis, wanted in ((1, flip), (2, mirror)) if wanted]
    image = image.flip(axes) if axes else image
    return image.transpose(1, 2).contiguous() if turn else image


def oriented_window(window: tuple[float, float, float, float], flip: bool, mirror: bool, turn: bool) -> list[float]:
    """Where a window of the layer is after the layer went through `oriented`."""
    left, top, right, bottom = window
    if flip:
        top, bottom = 1 - bottom, 1 - top
    if mirror:
        left, right = 1 - right, 1 - left
    return [top, left, bottom, right] if turn else [left, top, right, bottom]
