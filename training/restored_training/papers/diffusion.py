"""Instruct-IPT's section 4.3 at toy scale (Table 8): the same modulation on a diffusion U-Net, for filling in and around."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.func import vmap

from .crop_archive import Crops
from .diffusion_unet import UNet
from .elementary import machine
from .fills import distances, seam_error, ssim_in
from .kept import Kept
from .stacked import Stacked, TrainingArm, run_all, seconds_per_round, stack
from .toy_pairs import patches

TASKS: Final = ("inpainting", "outpainting")
SIDE: Final = 64
_SAMPLING: Final = 24


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """base: steps of general training with scattered holes; steps: of each arm after it; batch: pictures per task and step."""

    base: int = 2000
    steps: int = 300
    batch: int = 16
    seeds: tuple[int, ...] = (0, 1, 2)
    rank: int = 8
    rate: float = 0.5


ARMS: Final = {
    "original": "the base's weights as they are",
    "plain": "everything finetuned on both tasks",
    "bias only": "low-rank biases per task, the base frozen",
    "synchronous": "base and biases together",
}


@dataclass(frozen=True, slots=True)
class Filler:
    """The learner: flow matching on what is hidden and what is known."""

    net: UNet

    def loss(self, member: dict[str, Tensor], clean: Tensor, mask: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """clean: (2, B, 3, h, w) uint8; mask: (2, B, 1, h, w); noise as clean; t: (2, B). A row per task."""
        own = self.net.per_task(member)

        def one(mine: dict[str, Tensor], x: Tensor, m: Tensor, n: Tensor, at: Tensor) -> Tensor:
            x = x.float() / 127.5 - 1
            mixed = n + at[:, None, None, None] * (x - n)
            found = self.net.velocity({**member, **mine}, mixed, x * (1 - m), m, at)
            return (found - (x - n)).square().mean()

        if not own:
            return one({}, *(value.flatten(0, 1) for value in (clean, mask, noise, t)))
        return vmap(one)(own, clean, mask, noise, t).mean()

    def matrices(self, member: dict[str, Tensor]) -> dict[str, tuple[int, int]]:
        return self.net.matrices(member)


def rectangles(count: int, task: str, generator: Generator, side: int = SIDE) -> Tensor:
    """Masks (count, 1, side, side), 1 where unknown, as UniControl defines the tasks: a central rectangle is hidden
    (inpainting) or alone is known (outpainting); each of its half sides is 20-80 % of the picture's."""
    half = (0.2 + 0.6 * torch.rand(count, 2, generator=generator, device=generator.device)) * side / 2
    place = (torch.arange(side, device=generator.device) + 0.5 - side / 2).abs()
    inside = (place[None, :, None] < half[:, :1, None]) & (place[None, None, :] < half[:, 1:, None])
    return (inside if task == "inpainting" else ~inside)[:, None].float()


def scattered(count: int, generator: Generator, side: int = SIDE) -> Tensor:
    """Masks for general training: a smooth random field above a random level; a tenth hides everything."""
    field = torch.randn(count, 1, 5, 5, generator=generator, device=generator.device)
    field = F.interpolate(field, (side, side), mode="bicubic")
    level = torch.randn(count, 1, 1, 1, generator=generator, device=generator.device) * 0.7
    all_of_it = torch.rand(count, 1, 1, 1, generator=generator, device=generator.device) < 0.1
    return ((field > level) | all_of_it).float()


class Draws:
    """Batches for every seed: clean (seeds, 2, B, 3, 64, 64) uint8, masks, noise, times; rows are the tasks, or both general."""

    def __init__(self, crops: np.ndarray, seeds: Sequence[int], size: int, device: str, *, general: bool) -> None:
        self._crops, self._device, self._seeds, self._size = torch.from_numpy(crops).to(device), device, seeds, size
        self._general = general

    def __call__(self, step: int) -> tuple[Tensor, ...]:
        parts: list[list[Tensor]] = [[], [], [], []]
        shape = (2, self._size)
        for seed in self._seeds:
            generator = Generator(self._device).manual_seed(3_000_017 * (seed + 1) + 2 * step + self._general)
            clean = patches(self._crops, 2 * self._size, generator)[..., :SIDE, :SIDE].mul(255).round_().to(torch.uint8)
            if self._general:
                mask = scattered(2 * self._size, generator)
            else:
                mask = torch.cat([rectangles(self._size, task, generator) for task in TASKS])
            noise = torch.randn(2 * self._size, 3, SIDE, SIDE, generator=generator, device=self._device)
            t = torch.rand(2 * self._size, generator=generator, device=self._device)
            for place, value in zip(parts, (clean, mask, noise, t), strict=True):
                place.append(value.unflatten(0, shape))
        return tuple(torch.stack(value) for value in parts)


def run(
    crops: Crops,
    settings: ExperimentSettings,
    device: str,
    *,
    budget: float | None = None,
    longest: int = 8000,
    kept: Kept | None = None,
    tell: Callable[[str], None] = print,
) -> tuple[dict[str, Any], Stacked]:
    """Train the base and the arms, fill the kept-out crops, and measure. Returns plain values, and the tensors of the base and
    of synchronous training."""
    began = time.monotonic()
    net = UNet()
    learner = Filler(net)
    start = stack([net.init(0)], device)
    base = TrainingArm(
        "base",
        learner,
        start,
        Draws(crops.train, (100,), settings.batch, device, general=True),
        settings.base,
        rate=settings.rate,
    )
    base.try_to_capture(tell)
    if budget is not None and device.startswith("cuda"):
        each = seconds_per_round([base], 16)
        # half of the time for the base, a third for the arms: a step of three arms of three seeds costs about five of the base
        fits = int(0.5 * budget / each)
        steps = int(0.3 * budget / (5 * each))
        settings = replace(settings, base=max(50, min(longest, fits)), steps=max(20, min(1000, steps)))
        tell(f"a step of the base takes {1e3 * each:.1f} ms: {settings.base} steps, then {settings.steps} per arm")
        base.restart(settings.base)
    run_all([base], until=None if budget is None else began + 0.6 * budget, kept=kept, tell=tell)
    base.release()
    begun = {name: value.expand(len(settings.seeds), *value.shape[1:]).clone() for name, value in base.tensors.items()}
    own = stack([net.factors(seed, settings.rank, len(TASKS)) for seed in settings.seeds], device)
    draws = Draws(crops.train, settings.seeds, settings.batch, device, general=False)
    both = {**begun, **own}
    jobs = [
        TrainingArm("plain", learner, begun, draws, settings.steps, rate=0.4 * settings.rate),
        TrainingArm(
            "bias only",
            learner,
            both,
            draws,
            settings.steps,
            rate=0.4 * settings.rate,
            trained=lambda name: name.startswith("own."),
        ),
        TrainingArm("synchronous", learner, both, draws, settings.steps, rate=0.4 * settings.rate),
    ]
    for job in jobs:
        job.try_to_capture(tell)
    done = run_all(jobs, until=None if budget is None else began + 0.95 * budget, kept=kept, tell=tell)
    for job in jobs:
        job.release()
    trained = {"original": begun, **{job.name: job.tensors for job in jobs}}
    results = {
        "experiment": "diffusion",
        "settings": asdict(settings),
        "machine": machine(device),
        "finished": done,
        "arms": ARMS,
        "pictures": list(crops.names),
        "parameters": {"base": _count(base.tensors), "biases": _count(own) // len(settings.seeds)},
        **_measured(net, trained, crops, device),
    }
    results["seconds"] = round(time.monotonic() - began + (kept.spent if kept else 0.0), 1)
    weights = {"base": base.tensors, "synchronous": trained["synchronous"]}
    return results, {f"{arm}/{name}": value for arm, tensors in weights.items() for name, value in tensors.items()}


def kept_out(crops: Crops) -> Tensor:
    """The crops that are tested on: (N, 3, 64, 64) in [0, 1]."""
    return F.avg_pool2d(torch.from_numpy(crops.test).permute(0, 3, 1, 2).float() / 255, 2)


def measured_holes(count: int, row: int) -> tuple[Tensor, Tensor]:
    """The masks of a task that are tested on, and the noise that every arm begins with: the same ones in every run."""
    generator = Generator().manual_seed(77 + row)
    return rectangles(count, TASKS[row], generator), torch.randn(count, 3, SIDE, SIDE, generator=generator)


@torch.no_grad()
def fill(net: UNet, tensors: Stacked, row: int, clean: Tensor, mask: Tensor, noise: Tensor, steps: int = _SAMPLING) -> Tensor:
    """Every member's samples, (members, N, 3, h, w) in [0, 1], known pixels as they were: Euler steps from noise."""

    def velocity(member: dict[str, Tensor], x: Tensor, t: Tensor) -> Tensor:
        own = {name: value[row] for name, value in net.per_task(member).items()}
        return net.velocity({**member, **own}, x, known, mask, t.expand(len(x)))

    target = clean * 2 - 1
    known = target * (1 - mask)
    members = len(next(iter(tensors.values())))
    x = noise.expand(members, *noise.shape).clone()
    for index in range(steps):
        t = torch.full((), index / steps, device=x.device)
        x = x + vmap(velocity, in_dims=(0, 0, None))(tensors, x, t) / steps
    return torch.where(mask > 0, ((x + 1) / 2).clamp(0, 1), clean)


@torch.no_grad()
def _measured(net: UNet, trained: dict[str, Stacked], crops: Crops, device: str) -> dict[str, Any]:
    clean = kept_out(crops).to(device)
    out: dict[str, Any] = {"psnr": {}, "ssim": {}, "seam": {}, "frechet": {}, "kernel": {}}
    original = {name: value[0] for name, value in trained["original"].items()}

    def features(images: Tensor) -> Tensor:
        x, nothing = images * 2 - 1, torch.zeros(len(images), 1, *images.shape[-2:], device=images.device)
        return net.run(original, x, x, nothing, torch.full((len(x),), 0.9, device=x.device))[1]

    true = features(clean)
    for row, task in enumerate(TASKS):
        mask, noise = (value.to(device) for value in measured_holes(len(clean), row))
        for arm, tensors in trained.items():
            pieces = [
                fill(net, tensors, row, clean[a : a + 32], mask[a : a + 32], noise[a : a + 32]) for a in range(0, len(clean), 32)
            ]
            filled = torch.cat(pieces, 1)
            key = f"{arm}/{task}"
            error = ((filled - clean).square() * mask).sum((2, 3, 4)) / (3 * mask.sum((1, 2, 3)))
            out["psnr"][key] = _rows(-10 * error.clamp_min(1e-10).log10())
            out["ssim"][key] = _rows(torch.stack([ssim_in(member, clean, mask) for member in filled]), 4)
            out["seam"][key] = _rows(torch.stack([seam_error(member, clean, mask) for member in filled]), 5)
            pairs = [distances(features(member), true) for member in filled]
            out["frechet"][key] = [round(first, 5) for first, _ in pairs]
            out["kernel"][key] = [round(second, 6) for _, second in pairs]
    return out


def _rows(values: Tensor, digits: int = 3) -> list[list[float]]:
    return [[round(value, digits) for value in row] for row in values.tolist()]


def _count(tensors: Stacked) -> int:
    return sum(value.numel() for value in tensors.values())
