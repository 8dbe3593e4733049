"""`instruct_ipt` on all of its tasks by synchronous training, where only torch is at hand: the bundle's weights, from crops."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Generator, Tensor
from torch.func import vmap

from restored.models.instruct_ipt import InstructIPT, InstructIPTConfig, Net, denses, preset
from restored.models.modulation import low_rank

from ..degradations import LayerView, degradation
from .arms import plain_weights, small_matrices
from .crop_archive import Crops
from .elementary import machine
from .kept import Kept
from .stacked import Stacked, TrainingArm, run_all, seconds_per_round, stack
from .toy_pairs import KERNEL, patches

TASKS: Final = ("denoise", "deblur", "derain", "dehaze", "desnow", "lowlight", "superres", "enhance", "dejpeg")
_EDGE: Final = KERNEL // 2
_POOL: Final = 8
_LEAST: Final = 0.004


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """groups: tasks per step, each with `batch` patches; rate: of the learning rate."""

    steps: int = 400
    groups: int = 4
    batch: int = 8
    preset: str = "small"
    rate: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class AllTasks:
    """The learner. A member's factors are stacked over tasks: "own.NAME.up" (tasks, out, r), "own.NAME.down". half: the network
    runs in bfloat16."""

    config: InstructIPTConfig
    half: bool = False

    def init(self, seed: int, begun: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """A fresh member, or one with the weights of a state dict."""
        torch.manual_seed(seed)
        state = dict(InstructIPT(self.config).state_dict())
        state.update(begun or {})
        member = {name: value.float() for name, value in state.items() if ".up." not in name and ".down." not in name}
        for dense in self._modulated():
            for side in ("up", "down"):
                parts = [state[f"layers.{dense}.{side}.{task}"].float() for task in self.config.tasks]
                member[f"own.{dense}.{side}"] = torch.stack(parts)
        return member

    def state_dict(self, member: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """As `InstructIPT` names its tensors."""
        out = {name: value for name, value in member.items() if not name.startswith("own.")}
        for dense in self._modulated():
            for side in ("up", "down"):
                for task, value in zip(self.config.tasks, member[f"own.{dense}.{side}"], strict=True):
                    out[f"layers.{dense}.{side}.{task}"] = value
        return out

    def loss(self, member: Mapping[str, Tensor], before: Tensor, after: Tensor, tasks: Tensor, weight: Tensor) -> Tensor:
        """before, after: (groups, B, 3, h, w) uint8; tasks: (groups,) int64; weight: (groups,), what each group counts."""
        errors = (self.restore(member, before.float() / 255, tasks) - after.float() / 255).abs().mean((1, 2, 3, 4))
        return (errors * weight).mean()

    def restore(self, member: Mapping[str, Tensor], images: Tensor, tasks: Tensor) -> Tensor:
        """(groups, B, 3, h, w) in [0, 1], a task per group. Not clamped."""
        net = Net.of(self.config, fused=False)
        own: dict[str, Tensor] = {}
        one = torch.ones(1, device=images.device)
        # a product with ones and zeros picks the tasks: an index would have to be sorted on the way back
        pick = (tasks[:, None] == torch.arange(len(self.config.tasks), device=images.device)).float()
        for dense in self._modulated():
            factors = (member[f"own.{dense}.{side}"] for side in ("up", "down"))
            up, down = ((pick @ value.flatten(1)).unflatten(1, (1, *value.shape[1:])) for value in factors)
            general = member[f"layers.{dense}.weight"]
            own[f"layers.{dense}.weight"] = general + low_rank(up, down, one).view(-1, *general.shape)

        def of_one(mine: Mapping[str, Tensor], x: Tensor) -> Tensor:
            weights = {**member, **mine}
            if not self.half:
                return x + net.correction(plain_weights(self.config, weights), x)
            # by hand: autocast under vmap leaves a convolution's bias as it is on a GPU
            small = {name: value.bfloat16() for name, value in weights.items() if not name.startswith("own.")}
            return x + net.correction(plain_weights(self.config, small), x.bfloat16()).float()

        return vmap(of_one)(own, images)

    def matrices(self, member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        found = {f"layers.{d.name}.weight": (d.channels_out, d.fan_in) for d in denses(self.config)}
        return {**found, **small_matrices(member)}

    def _modulated(self) -> list[str]:
        return [dense.name for dense in denses(self.config) if dense.modulated]


def damaged(task: str, clean: Tensor, generator: Generator) -> Tensor:
    """A clean batch (N, 3, s, s) with the damage that a task undoes, as the trainer makes it, in 8 bits."""
    kind = degradation(task)
    params = kind.draw(len(clean), generator, clean.device, (clean.shape[-2], clean.shape[-1]))
    return (kind.render(LayerView.whole(clean), params).clamp(0, 1) * 255).round() / 255


class TaskBatches:
    """Batches: (1, groups, B, 3, 64, 64) uint8 before and after, (1, groups) tasks and their weights."""

    def __init__(self, crops: np.ndarray, tasks: Sequence[str], settings: ExperimentSettings, device: str) -> None:
        self._crops, self._tasks, self._settings, self._device = torch.from_numpy(crops).to(device), tasks, settings, device
        self._kept: tuple[int, list[tuple[Tensor, ...]]] = (-1, [])
        self.usual = torch.zeros(len(tasks), device=device)
        """What each task's damage changed on average, before the steps that are drawn now: they can be drawn again from it."""
        self._after = self.usual.clone()

    def __call__(self, step: int) -> tuple[Tensor, ...]:
        number, place = divmod(step, _POOL)
        if self._kept[0] != number:
            if self._kept[0] >= 0:
                self.usual.copy_(self._after)
            self._kept = (number, self._draw(number))
        return self._kept[1][place]

    def _draw(self, number: int) -> list[tuple[Tensor, ...]]:
        s = self._settings
        self._after = self.usual.clone()
        rng = np.random.default_rng([s.seed, number])
        generator = Generator(self._device).manual_seed(9_000_011 * (s.seed + 1) + number)
        # every task as often as any other, in an order of its own
        order = np.concatenate([rng.permutation(len(self._tasks)) for _ in range(-(-_POOL * s.groups // len(self._tasks)))])
        order = order[: _POOL * s.groups]
        before = torch.empty(len(order), s.batch, 3, 64, 64, dtype=torch.uint8, device=self._device)
        after = torch.empty_like(before)
        for index, task in enumerate(self._tasks):
            rows = torch.from_numpy(np.flatnonzero(order == index)).to(self._device)
            if not len(rows):
                continue
            clean = patches(self._crops, len(rows) * s.batch, generator)[..., _EDGE:-_EDGE, _EDGE:-_EDGE].contiguous()
            bad = damaged(task, clean, generator)
            usual = (bad - clean).abs().mean()
            self._after[index] = torch.where(self._after[index] > 0, self._after[index].lerp(usual, 0.1), usual)
            for place, value in ((before, bad), (after, clean)):
                place[rows] = value.mul(255).round_().to(torch.uint8).view(len(rows), s.batch, 3, 64, 64)
        tasks = torch.from_numpy(order).to(self._device).view(_POOL, s.groups)
        weight = 0.03 / self._after.clamp_min(_LEAST)[tasks]
        before, after = (value.view(_POOL, s.groups, s.batch, 3, 64, 64) for value in (before, after))
        return [(before[i][None], after[i][None], tasks[i][None], weight[i][None]) for i in range(_POOL)]


def run(
    crops: Crops,
    settings: ExperimentSettings,
    device: str,
    *,
    begun: Path | None = None,
    budget: float | None = None,
    kept: Kept | None = None,
    tell: Callable[[str], None] = print,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train, from the weights in `begun` where there are, and measure. Returns plain values, and what a run may start from."""
    began = time.monotonic()
    able = [task for task in TASKS if _can(task)]
    config = preset(settings.preset, tasks=tuple(able))
    found = torch.load(begun, map_location="cpu", weights_only=True) if begun and begun.exists() else None
    learner, job = _ready(config, crops, able, settings, device, found["model"] if found else None, tell)
    if device.startswith("cuda") and budget is not None:
        each = seconds_per_round([job], 2 * _POOL)
        settings = replace(settings, steps=max(20, int(0.85 * (budget - (time.monotonic() - began)) / each)))
        tell(f"a step takes {1e3 * each:.1f} ms: {settings.steps} steps")
        job.restart(settings.steps)
    done = run_all([job], until=None if budget is None else began + budget, kept=kept, tell=tell)
    steps = job.done
    job.release()
    member = {name: value[0] for name, value in job.tensors.items()}
    results = {
        "experiment": "nine",
        "settings": asdict(settings),
        "machine": machine(device),
        "finished": done,
        "steps": steps,
        "seconds": round(time.monotonic() - began + (kept.spent if kept else 0.0), 1),
        "tasks": able,
        **_measured(learner, member, crops, device),
    }
    halved = {name: value.half().cpu() for name, value in learner.state_dict(member).items()}
    carried = {"model": halved, "text": {}, "family": "instruct_ipt", "hyperparameters": config.to_dict(), "step": steps}
    return results, carried


def _ready(
    config: InstructIPTConfig,
    crops: Crops,
    tasks: Sequence[str],
    settings: ExperimentSettings,
    device: str,
    begun: Mapping[str, Tensor] | None,
    tell: Callable[[str], None],
) -> tuple[AllTasks, TrainingArm]:
    """The learner and its job: on a GPU in bfloat16, in float32 where a step of that fails."""
    groups = TaskBatches(crops.train, tasks, settings, device)

    def job(learner: AllTasks) -> TrainingArm:
        start = stack([learner.init(settings.seed, begun)], device)
        memory = {"usual": groups.usual}
        return TrainingArm("nine", learner, start, groups, settings.steps, rate=settings.rate, memory=memory)

    exact = AllTasks(config)
    if device.startswith("cuda"):
        half = AllTasks(config, half=True)
        made = job(half)
        try:
            made.capture()
            return half, made
        except RuntimeError as error:
            tell(f"not in bfloat16: {error}")
            torch.cuda.synchronize()
    made = job(exact)
    made.try_to_capture(tell)
    return exact, made


@torch.no_grad()
def _measured(learner: AllTasks, member: Stacked, crops: Crops, device: str) -> dict[str, Any]:
    clean = torch.from_numpy(crops.test).permute(0, 3, 1, 2).float().to(device) / 255
    out: dict[str, Any] = {"psnr": {}, "input": {}}
    for index, task in enumerate(learner.config.tasks):
        bad = damaged(task, clean, Generator(device).manual_seed(50 + index))
        which = torch.tensor([index], device=device)
        restored = torch.cat([learner.restore(member, bad[a : a + 16][None], which)[0] for a in range(0, len(bad), 16)])
        for name, value in (("psnr", restored.clamp(0, 1)), ("input", bad)):
            out[name][task] = [
                round(v, 3) for v in (-10 * (value - clean).square().mean((1, 2, 3)).clamp_min(1e-10).log10()).tolist()
            ]
    return out


def _can(task: str) -> bool:
    """Whether this machine can make a task's damage: JPEG needs Pillow."""
    try:
        damaged(task, torch.rand(1, 3, 32, 32), Generator().manual_seed(0))
    except ImportError:
        return False
    return True
