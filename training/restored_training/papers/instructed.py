"""InstructIR's experiments at toy scale: 3D, 5D, 6D and 7D, told by sentences and not told (Tables 3, 4 and 6), as one run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import torch
from torch import Generator, Tensor
from torch.func import vmap

from ..degradations import LayerView, degradation
from .crop_archive import Crops
from .elementary import machine
from .kept import Kept
from .sentence_vectors import STYLES, TASKS, SentenceVectors
from .stacked import TrainingArm, run_all, seconds_per_round, stack
from .textarm import TextArm
from .toy_pairs import KERNEL, damaged, patches

VARIANTS: Final = (3, 5, 6, 7)
_EDGE: Final = KERNEL // 2
_POOL: Final = 8
"""Steps that are drawn at once: a draw of many patches costs hardly more than one of few."""


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """steps of every member; batch: patches per step; seeds: each with and without text, for every variant."""

    steps: int = 300
    batch: int = 16
    seeds: tuple[int, ...] = (0, 1)
    width: int = 16
    rate: float = 0.5


@dataclass(frozen=True, slots=True)
class Who:
    """One member: how many of TASKS it is trained on, whether it is told by sentences, its seed."""

    tasks: int
    told: bool
    seed: int

    @property
    def name(self) -> str:
        return f"{self.tasks}D{'' if self.told else ' no text'}"


def damage(task: str, clean: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Input and target, without the border that `pairs.damaged` needs. clean: (N, 3, s + 8, s + 8)."""
    if task in ("denoise", "deblur"):
        return damaged("denoise" if task == "denoise" else "deblur", clean, generator)
    target = clean[..., _EDGE:-_EDGE, _EDGE:-_EDGE].contiguous()
    kind = degradation(task)
    params = kind.draw(len(target), generator, target.device, (target.shape[-2], target.shape[-1]))
    return (kind.render(LayerView.whole(target), params).clamp(0, 1) * 255).round() / 255, target


class Pool:
    """Batches for all members: (members, B, ...) of a step; the members of a seed draw from the same patches."""

    def __init__(self, crops: np.ndarray, words: SentenceVectors, who: Sequence[Who], size: int, device: str) -> None:
        self._crops, self._device, self._who, self._size = torch.from_numpy(crops).to(device), device, who, size
        count = min(len(words.train[task]) for task in TASKS)
        self._words = torch.from_numpy(np.stack([words.train[task][:count] for task in TASKS])).to(device)
        self._told = torch.tensor([float(one.told) for one in who], device=device)
        self._kept: tuple[int, list[tuple[Tensor, ...]]] = (-1, [])

    def __call__(self, step: int) -> tuple[Tensor, ...]:
        number, place = divmod(step, _POOL)
        if self._kept[0] != number:
            self._kept = (number, self._draw(number))
        return self._kept[1][place]

    def _draw(self, number: int) -> list[tuple[Tensor, ...]]:
        """The next steps: per seed, as many patches of each task as any member could want."""
        each = -(-self._size * _POOL // 3)
        pools: dict[int, tuple[Tensor, Tensor]] = {}
        for seed in {one.seed for one in self._who}:
            generator = Generator(self._device).manual_seed(7_000_003 * (seed + 1) + number)
            made = [damage(task, patches(self._crops, each, generator), generator) for task in TASKS]
            pools[seed] = tuple(  # type: ignore[assignment]
                torch.stack(side).mul(255).round_().to(torch.uint8) for side in zip(*made, strict=True)
            )
        # members of one seed and as many tasks see the same pictures and sentences, told or not
        dice = [np.random.default_rng([number, 11, one.tasks, one.seed]) for one in self._who]
        steps = []
        for _ in range(_POOL):
            parts: list[list[Tensor]] = [[], [], [], []]
            for one, rng in zip(self._who, dice, strict=True):
                task = torch.from_numpy(rng.integers(0, one.tasks, self._size)).to(self._device)
                pick = torch.from_numpy(rng.integers(0, each, self._size)).to(self._device)
                before, after = pools[one.seed]
                sentence = torch.from_numpy(rng.integers(0, self._words.shape[1], self._size)).to(self._device)
                drawn = before[task, pick], after[task, pick], self._words[task, sentence], task
                for place, value in zip(parts, drawn, strict=True):
                    place.append(value)
            stacked = [torch.stack(value) for value in parts]
            steps.append((*stacked, self._told))
        return steps


def run(
    crops: Crops,
    words: SentenceVectors,
    settings: ExperimentSettings,
    device: str,
    *,
    budget: float | None = None,
    choices: Sequence[int] = (),
    kept: Kept | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train all members and measure them; returns everything as plain values. With a budget of seconds on a GPU: at the longest
    of `choices` that fits."""
    began = time.monotonic()
    arm = TextArm(len(TASKS), width=settings.width)
    who = [Who(n, told, seed) for n in VARIANTS for told in (True, False) for seed in settings.seeds]
    members = [arm.init(one.seed) for one in who]
    pool = Pool(crops.train, words, who, settings.batch, device)
    job = TrainingArm("instructir", arm, stack(members, device), pool, settings.steps, rate=settings.rate)
    job.try_to_capture(tell)
    if choices and budget is not None and device.startswith("cuda"):
        each = seconds_per_round([job], 2 * _POOL)
        left = budget - (time.monotonic() - began)
        settings = replace(settings, steps=max([n for n in choices if 1.25 * n * each < left] or [min(choices)]))
        tell(f"a step of {len(who)} members takes {1e3 * each:.1f} ms: {settings.steps} steps")
        job.restart(settings.steps)
    done = run_all([job], until=None if budget is None else began + budget, kept=kept, tell=tell)
    job.release()
    return {
        "experiment": "instructed",
        "settings": asdict(settings),
        "machine": machine(device),
        "finished": done,
        "seconds": round(time.monotonic() - began + (kept.spent if kept else 0.0), 1),
        "members": [one.name for one in who],
        "pictures": list(crops.names[::2]),
        "parameters": sum(value.numel() for value in members[0].values()),
        **_measured(arm, job.tensors, who, crops, words, device),
    }


@torch.no_grad()
def _measured(
    arm: TextArm, tensors: dict[str, Tensor], who: Sequence[Who], crops: Crops, words: SentenceVectors, device: str
) -> dict[str, Any]:
    """PSNR per member and picture, told precisely, ambiguously, and (7D) wrongly; the share of sentences that the head gets."""
    told = torch.tensor([float(one.told) for one in who], device=device)
    clean = torch.from_numpy(crops.test[::2]).permute(0, 3, 1, 2).float().to(device) / 255
    padded = torch.nn.functional.pad(clean, (_EDGE,) * 4, mode="reflect")

    def one(member: dict[str, Tensor], flag: Tensor, image: Tensor, said: Tensor) -> Tensor:
        return arm.restore(member, image, arm.read(member, said, flag)[0])

    out: dict[str, Any] = {"psnr": {}, "input": {}, "intent": {}}
    for index, task in enumerate(TASKS):
        before, after = damage(task, padded, Generator(device).manual_seed(31 + index))
        out["input"][task] = rounded(psnr(before, after))
        asked = {style: words.test[task][style] for style in STYLES}
        other = TASKS[(index + 1) % len(TASKS)]
        for style, vectors in {**asked, "wrong": words.test[other]["precise"]}.items():
            said = torch.from_numpy(vectors).to(device)
            said = said[torch.arange(len(before), device=device) % len(said)]
            parts = [
                vmap(one, in_dims=(0, 0, None, None))(tensors, told, before[start : start + 8], said[start : start + 8])
                for start in range(0, len(before), 8)
            ]
            out["psnr"][f"{task}/{style}"] = [rounded(row) for row in psnr(torch.cat(parts, 1), after)]
        for style in STYLES:
            said = torch.from_numpy(words.test[task][style]).to(device)
            logits = vmap(arm.read, in_dims=(0, None, 0))(tensors, said, told)[1]
            out["intent"][f"{task}/{style}"] = rounded((logits.argmax(-1) == index).float().mean(-1))
    return out


def psnr(result: Tensor, target: Tensor) -> Tensor:
    """In dB, over the last three dimensions."""
    return -10 * (result.clamp(0, 1) - target).square().mean((-3, -2, -1)).clamp_min(1e-10).log10()


def rounded(values: Tensor) -> list[float]:
    return [round(value, 3) for value in values.tolist()]
