"""Training the fill network: one run file, one folder, resumable where it was stopped."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
import yaml
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from restored.models.registry import build
from restored.models.restorer import Restorer

from ..data.photographs import PhotoSet
from ..data.screen import read_screen
from ..runs import checkpoint
from ..runs.config import ConfigError, OptimConfig
from ..runs.folder import RunFolder
from ..runs.yaml_files import read_yaml
from ..training.optimizer import Optimizers
from .patches import Patches

LONGEST: Final = 1400
"""Pixels of a photograph's long side, at most."""

LEAST: Final = 1e-5
"""Added to each patch's squared error before its logarithm: 50 dB is good enough."""

Tell = Callable[[str], None]


class FillRun(BaseModel):
    """One run. minutes: by the clock, over all its stays; the learning rate falls with it. batch patches of `side` pixels a step,
    of which `fresh` are new ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    seed: int = 0
    minutes: float = Field(gt=0)
    batch: int = Field(default=8, ge=1)
    fresh: int = Field(default=1, ge=0)
    kept: int = Field(default=1600, ge=1)
    side: int = Field(default=96, ge=32, multiple_of=16)
    family: str
    hyperparameters: dict[str, Any] = {}
    photographs: tuple[Path, ...]
    screen: Path | None = None
    limit: int | None = None
    optim: OptimConfig = OptimConfig(kind="muon")
    threads: int = Field(default=1, ge=1)
    checkpoint_minutes: float = Field(default=2.0, gt=0)


def load_run(path: Path) -> FillRun:
    """Read a run file; photographs and screen are relative to the repository's root. Raises ConfigError."""
    try:
        return FillRun.model_validate(read_yaml(path))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path} is not a run of the fill network: {error}") from error


def train(run: FillRun, folder: Path, root: Path, tell: Tell = lambda _: None) -> Restorer:
    """Train, or go on from the folder's checkpoint; writes checkpoint, photographs and config there, and returns the network with
    averaged weights. Raises ConfigError, DataError or CheckpointError."""
    torch.set_num_threads(run.threads)
    folder.mkdir(parents=True, exist_ok=True)
    place = RunFolder(folder)
    unfit = read_screen(root / run.screen, "denoise") if run.screen else ()
    photos = PhotoSet([root / each for each in run.photographs], "train", longest=LONGEST, unfit=unfit, limit=run.limit)
    place.photographs.write_text(json.dumps(photos.manifest, indent=1), encoding="utf-8")
    place.config.write_text(yaml.safe_dump(json.loads(run.model_dump_json())), encoding="utf-8")

    torch.manual_seed(run.seed)
    network = build(run.family, run.hyperparameters)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] - its stubs leave it out
    averaged = {name: value.detach().clone() for name, value in network.state_dict().items()}
    optimizers = Optimizers(network, run.optim)
    step, spent = 0, 0.0
    file = place.checkpoint
    if file.exists():
        state = checkpoint.load(file)
        network.load_state_dict(state["raw"])
        averaged = dict(state["model"])
        optimizers.load_state_dict(state["optimizers"])
        step, spent = int(state["step"]), float(state["seconds"])
    tell(f"{len(photos)} photographs, {sum(p.numel() for p in network.parameters())} parameters, from step {step}")
    patches = Patches(photos.images, run.side, run.seed + step, run.kept)
    tell(f"{run.kept} patches are filled")

    began, saved, losses = time.monotonic() - spent, time.monotonic(), []
    network.train()
    while (seconds := time.monotonic() - began) < 60 * run.minutes:
        optimizers.set_lr(_rate(run.optim, step, seconds / (60 * run.minutes)))
        tiles, truths = patches.batch(run.batch, run.fresh)
        tiles = tiles.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            restored = network(tiles)
        loss = hole_loss(restored.float(), truths, tiles[:, 3:])
        optimizers.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), run.optim.clip)
        optimizers.step()
        step += 1
        keep = min(run.optim.ema, 1 - 1 / (step + 1))
        for name, value in network.state_dict().items():
            averaged[name].lerp_(value, 1 - keep)
        losses.append((loss.item(), float(hole_loss(tiles[:, :3], truths, tiles[:, 3:]))))
        if step % 200 == 0:
            mean = torch.tensor(losses).mean(dim=0) * -10 / math.log(10)
            tell(f"step {step}, {seconds:.0f} s: {mean[0]:.2f} dB in the holes (smooth filling {mean[1]:.2f})")
            losses.clear()
        if time.monotonic() - saved > 60 * run.checkpoint_minutes:
            _save(file, network, averaged, optimizers, step, seconds)
            saved = time.monotonic()
    _save(file, network, averaged, optimizers, step, time.monotonic() - began)
    network.load_state_dict(averaged)
    return network.eval()


def hole_loss(restored: Tensor, truth: Tensor, hole: Tensor) -> Tensor:
    """The mean over patches of the logarithm of the squared error in the holes: what the mean of PSNRs measures. (N, 3, h, w)
    each, hole (N, 1, h, w)."""
    error = ((restored - truth) ** 2 * hole).sum(dim=(1, 2, 3)) / (3 * hole.sum(dim=(1, 2, 3))).clamp(min=1)
    return (error + LEAST).log().mean()


def _rate(optim: OptimConfig, step: int, share: float) -> float:
    if step < optim.warmup:
        return optim.lr * (step + 1) / optim.warmup
    return optim.final_lr + (optim.lr - optim.final_lr) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def _save(file: Path, network: Restorer, averaged: dict[str, Tensor], optimizers: Optimizers, step: int, seconds: float) -> None:
    checkpoint.save(
        file,
        {
            "family": network.family,
            "hyperparameters": network.architecture(),
            "model": averaged,
            "raw": network.state_dict(),
            "optimizers": optimizers.state_dict(),
            "step": step,
            "seconds": seconds,
        },
    )
