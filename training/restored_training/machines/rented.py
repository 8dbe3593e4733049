"""Training on a machine that is rented for minutes: bare at the start, gone at the end.

One archive in, one command, a few small files out. The photographs are decoded once; every run file becomes a process of its own,
which sees them through the memory that it was forked with, and all of them share the device: small networks leave most of it
idle, and one process's processor work hides behind another's kernels. The learning rates fall with the clock, so that whatever
the machine does in the time is a finished run. What comes back is what each task owns, in half precision, with the curves and a
profile; `restored-train join` makes a model of it here.
"""

import json
import multiprocessing
import os
import shlex
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from ..data.photographs import PhotoSet
from ..data.resident import Prepared, ResidentSource
from ..data.sampling import GroupSampler
from ..data.screen import read_screen
from ..runs import checkpoint
from ..runs.config import RunConfig, load_config
from ..runs.folder import RunFolder
from ..training.carry import halved
from ..training.trainer import StepProgress, Trainer

ARCHIVE: Final = "experts.pt"
"""What comes back: run name -> {"config", "hyperparameters", "step", "own" (tensors)}."""
_SAVE_SECONDS: Final = 40.0
_CURVE_STEPS: Final = 50
_GRACE_SECONDS: Final = 12.0


@dataclass(frozen=True, slots=True)
class Lease:
    """runs: the run files; photographs: folders or packs; out: where results go; deadline: seconds since 1970; device: torch's
    name; profile: the run whose kernels are recorded for a few steps; cap: photographs at most (for a rehearsal)."""

    runs: Sequence[Path]
    photographs: Sequence[Path]
    out: Path
    deadline: float
    device: str = "cuda"
    profile: str | None = None
    cap: int | None = None


def rent(lease: Lease, beside: str | None = None) -> dict[str, Any]:
    """Train all runs until the deadline and write the archive. beside: a shell command that runs meanwhile.

    Returns the steps, losses and rates of each run, which also lie in `out/curves.json`.
    """
    lease.out.mkdir(parents=True, exist_ok=True)
    other = subprocess.Popen(shlex.split(beside)) if beside else None
    configs = [load_config(path) for path in lease.runs]
    photographs = PhotoSet([p for p in lease.photographs if p.exists()], "train", limit=lease.cap)
    prepared = Prepared.of(photographs.images, configs[0].data.scales, workers=os.cpu_count() or 1)
    RunFolder(lease.out).save_photographs(photographs.manifest)
    print(f"{len(photographs)} photographs, {photographs.pixels / 1e6:.0f} MP", flush=True)
    forking = multiprocessing.get_context("fork")
    hashes = [row["sha256"] for row in photographs.manifest]
    children = [forking.Process(target=_child, args=(lease, config, prepared, hashes), daemon=True) for config in configs]
    for child in children:
        child.start()
    for child in children:
        child.join(max(1.0, lease.deadline + _GRACE_SECONDS - time.time()))
        if child.is_alive():
            child.kill()
    if other:
        try:
            other.wait(max(1.0, lease.deadline + _GRACE_SECONDS - time.time()))
        except subprocess.TimeoutExpired:
            other.kill()
    return gather(lease.out)


def _child(lease: Lease, config: RunConfig, prepared: Prepared, hashes: Sequence[str]) -> None:
    """One run, in its own process."""
    folder = RunFolder.of(config, _runs(lease.out)).make()
    try:
        _train(lease, config, prepared, hashes, folder)
    except BaseException:  # the others go on, and the trace comes back with the rest
        folder.error.write_text(traceback.format_exc())
        print(f"{config.name} failed:\n{traceback.format_exc()}", file=sys.stderr, flush=True)


def _train(lease: Lease, config: RunConfig, prepared: Prepared, hashes: Sequence[str], folder: RunFolder) -> None:
    torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = True
    screen, named = config.data.screen, config.mix.named
    unfit = read_screen(screen, named) if screen and named else frozenset()
    source = ResidentSource(prepared, lease.device, fit=[name not in unfit for name in hashes])
    trainer = Trainer(config, GroupSampler(source, config.mix, config.group_size, config.seed), device=lease.device)
    trainer.budget = max(1.0, lease.deadline - time.time() - 3)
    folder.save_config(config)
    curve: list[dict[str, float]] = []
    losses: list[float] = []
    saved = began = time.monotonic()
    recording = _Profile(folder.profile) if lease.profile == config.name else None

    def watch(progress: StepProgress) -> None:
        nonlocal saved
        losses.append(progress.loss)
        if recording:
            recording.step(progress.step)
        if len(losses) == _CURVE_STEPS:
            seconds = time.monotonic() - began
            curve.append({"step": progress.step, "seconds": seconds, "loss": sum(losses) / len(losses), "lr": progress.lr})
            losses.clear()
        if time.monotonic() - saved > _SAVE_SECONDS:
            _save(trainer, folder, curve)
            saved = time.monotonic()

    trainer.run(on_step=watch)
    _save(trainer, folder, curve)


def own_part(trainer: Trainer) -> dict[str, Tensor]:
    """What an expert may have changed, averaged and in half precision."""
    learned = {name for name, weight in trainer.model.named_parameters() if weight.requires_grad}
    return halved({name: value.cpu() for name, value in trainer.ema.items() if name in learned})


def _save(trainer: Trainer, folder: RunFolder, curve: list[dict[str, float]]) -> None:
    hyperparameters = trainer.state()["hyperparameters"]
    facts = {"family": trainer.config.model.family, "hyperparameters": hyperparameters}
    kept = {"model": own_part(trainer), "step": trainer.step, **facts}
    checkpoint.save(folder.own, kept)
    folder.curve.write_text(json.dumps(curve))


class _Profile:
    """Records which kernels ran, and where the device waited, in ten steps."""

    FIRST, LAST = 120, 130

    def __init__(self, path: Path) -> None:
        self._path = path
        kinds = [torch.profiler.ProfilerActivity.CPU]
        if torch.cuda.is_available():
            kinds.append(torch.profiler.ProfilerActivity.CUDA)
        self._profiler = torch.profiler.profile(activities=kinds)

    def step(self, number: int) -> None:
        if number == self.FIRST:
            self._profiler.start()
        elif number == self.LAST:
            self._profiler.stop()
            by = "self_cuda_time_total" if torch.cuda.is_available() else "self_cpu_time_total"
            self._path.write_text(self._profiler.key_averages().table(sort_by=by, row_limit=40))


def gather(out: Path) -> dict[str, Any]:
    """Put what the runs saved into one archive and one file of curves."""
    archive: dict[str, Any] = {}
    curves: dict[str, Any] = {}
    for path in sorted(_runs(out).iterdir()):
        folder = RunFolder(path)
        if folder.error.exists():
            curves[path.name] = {"error": folder.error.read_text()[-3000:]}
        if not folder.own.exists():
            continue
        state = checkpoint.load(folder.own)
        archive[path.name] = {"config": folder.config.read_text(), **state, "own": state["model"]}
        del archive[path.name]["model"]
        curves.setdefault(path.name, {}).update({"step": state["step"], "curve": json.loads(folder.curve.read_text())})
    checkpoint.save(out / ARCHIVE, {"model": {}, "experts": archive})
    (out / "curves.json").write_text(json.dumps(curves))
    return curves


def _runs(out: Path) -> Path:
    """Where the run folders are, in the folder of what comes back."""
    return out / "runs"


def unpack(archive: Path, to: Path) -> list[RunFolder]:
    """Run folders, for `restored-train join`, of what came back. Returns them. Raises CheckpointError."""
    folders = []
    for name, expert in checkpoint.load(archive)["experts"].items():
        folder = RunFolder(to / name).make()
        folder.config.write_text(expert["config"])
        facts = {key: expert[key] for key in ("family", "step", "hyperparameters")}
        checkpoint.save(folder.checkpoint, {"model": expert["own"], **facts})
        folders.append(folder)
    return folders


def summary(curves: Mapping[str, Any]) -> str:
    """A line per run: steps, patches' losses at the beginning and the end."""
    lines = []
    for name, found in curves.items():
        curve = found.get("curve") or []
        if curve:
            first, last = curve[0], curve[-1]
            rate = last["step"] / max(last["seconds"], 1e-9)
            lines.append(f"{name}: {found['step']} steps, {rate:.1f} a second, loss {first['loss']:.5f} -> {last['loss']:.5f}")
        if "error" in found:
            lines.append(f"{name}: FAILED {found['error'].strip().splitlines()[-1]}")
    return "\n".join(lines)


__all__ = ["Lease", "gather", "own_part", "rent", "summary", "unpack"]
