"""Training the network that searches for scratches, dust and folds, by the clock; a GPU may be shared."""

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save
from torch import Tensor, nn

from restored.ground.replacing import atomic
from restored.models.searcher import search, search_specs
from restored.models.unet import SLOPE
from restored.models.unet_torch import OPS

from ..data.photographs import PhotoSet
from ..data.resident import Prepared, ResidentSource
from ..degradations.base import column
from ..runs.folder import RunFolder
from .damaging import LayerPool, Pieces, damaged
from .hard import HardPieces
from .mark_layers import KINDS, MARKS, Drawers, drawn

Tell = Callable[[str], None]

WEIGHTS: Final = "search.safetensors"

TUNING: Final = "2"
"""Photographs whose sha256 begins so are not trained on: thresholds are chosen on them. (0 and 1 are kept out of everything.)"""

SCALES: Final = (1.0, 0.7, 0.5, 0.35)
"""To which photographs are reduced before a piece is cut."""

DARK: Final = tuple(KINDS.index(kind) for kind in ("dust", "hair"))
AGAIN: Final = 0.25
"""Of a batch, pieces that were mistaken before."""

FOCUS: Final = 1.5
"""Exponent of the focal loss (Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, equation 4)."""

ALLOWED: Final = 0.003
"""Clean pixels that may be marked, at the point where the curve tells what is found."""


@dataclass(frozen=True, slots=True)
class SearchRun:
    """photographs: folders or packs, those that are missing are left out; out: where weights and curve go; seconds: from `began`
    (time.monotonic), all of them, reading the photographs included; drawers: processes that draw; start: weights to go on from;
    limit: photographs at most."""

    photographs: Sequence[Path]
    out: Path
    seconds: float
    device: str = "cuda"
    batch: int = 48
    side: int = 256
    drawers: int = 4
    start: Path | None = None
    limit: int | None = None
    lr: float = 1.5e-3
    seed: int = 1905
    save_seconds: float = 40.0
    layers: int = 4096
    hard: int = 1024
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds."""
        return self.began + self.seconds - time.monotonic()


class Searcher(nn.Module):
    """The network of `restored.models.searcher`."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleDict()
        for spec in search_specs():
            conv = nn.Conv2d(spec.channels_in, spec.channels_out, spec.kernel, stride=spec.stride)
            nn.init.kaiming_normal_(conv.weight, a=SLOPE)
            with torch.no_grad():
                conv.weight.mul_(spec.gain)
            assert conv.bias is not None
            nn.init.constant_(conv.bias, -3.0 if spec.name == "out" else 0.0)  # marks are rare
            self.convs[spec.name] = conv

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 1, h, w) logits of (N, 3, h, w) in [0, 1]; sides multiples of 32."""
        convs = {name: (conv.weight, conv.bias) for name, conv in self.convs.items()}
        return search(OPS, convs, picture - 0.5)


def learn(run: SearchRun, tell: Tell = print) -> Searcher:
    """Train until the time is over; writes WEIGHTS (half precision, averaged), the curve and the photographs' list into `out`,
    every `save_seconds` and at the end. Raises DataError."""
    run.out.mkdir(parents=True, exist_ok=True)
    drawers = Drawers(run.drawers, run.side, run.seed)  # forked before threads and the device are there
    try:
        return _learn(run, drawers, tell)
    finally:
        drawers.close()


def _learn(run: SearchRun, drawers: Drawers, tell: Tell) -> Searcher:
    photographs = PhotoSet([each for each in run.photographs if each.exists()], "train", limit=run.limit)
    RunFolder(run.out).save_photographs(photographs.manifest)
    device = torch.device(run.device)
    torch.manual_seed(run.seed)
    torch.set_num_threads(1)  # others train beside it
    torch.backends.cudnn.benchmark = True
    prepared = Prepared.of(photographs.images, SCALES, workers=os.cpu_count() or 1)
    source = ResidentSource(prepared, device, fit=[not row["sha256"].startswith(TUNING) for row in photographs.manifest])
    tell(f"search: {len(photographs)} photographs after {run.seconds - run.left:.0f} s")
    training = _Training(run, source, device)
    training.fill(drawers)
    tell(f"search: {len(training.store)} layers after {run.seconds - run.left:.0f} s")
    saved = time.monotonic()
    whole = max(1.0, run.left - 3)
    while (left := run.left - 3) > 0:
        training.step(1 - left / whole)
        if training.steps % 8 == 0:
            training.store.add(*map(torch.from_numpy, drawers.taken()))
        if time.monotonic() - saved > run.save_seconds:
            training.save()
            tell(f"search: {training.curve[-1]}")
            saved = time.monotonic()
    training.save()
    tell(f"search: {training.steps} steps, {training.curve[-1]}")
    return training.network


class _Training:
    """Network, its running average, optimiser, and what it learns from."""

    def __init__(self, run: SearchRun, source: ResidentSource, device: torch.device) -> None:
        self.run, self.device, self.source = run, device, source
        self.network = Searcher()
        if run.start is not None:
            tensors = load_file(run.start)
            self.network.load_state_dict({name: value.float() for name, value in tensors.items()})
        self.network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload] - its stubs leave it out
        self.averaged = [value.detach().clone() for value in self.network.parameters()]
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=run.lr, weight_decay=1e-3, foreach=True)
        self.store = LayerPool(run.layers, run.side, len(MARKS), DARK, device)
        self.hard = HardPieces(run.hard, run.side, device)
        self.random = torch.Generator(device).manual_seed(run.seed)
        self.steps = 0
        self.curve: list[dict[str, float]] = []
        self._told = _Tally(device)

    def fill(self, drawers: Drawers, least: int = 400, patience: float = 20) -> None:
        """The first layers: from the processes, or drawn here when they are slow."""
        until = min(time.monotonic() + patience, self.run.began + 0.3 * self.run.seconds)
        while len(self.store) < least and time.monotonic() < until:
            self.store.add(*map(torch.from_numpy, drawers.taken()))
            time.sleep(0.02)
        random = np.random.default_rng(self.run.seed)
        kinds = set[bool]()
        while len(self.store) < 32 or len(kinds) < 2:
            kind, layer = drawn(random, self.run.side)
            kinds.add(kind < len(MARKS))
            self.store.add(torch.tensor([kind]), torch.from_numpy(layer.copy())[None])

    def step(self, share: float) -> None:
        """One batch. share: of the time that is over."""
        for group in self.optimizer.param_groups:
            group["lr"] = _rate(self.run.lr, self.steps, share)
        again = int(AGAIN * self.run.batch) if self.steps > 50 else 0
        patches = self._zoomed(
            self.source.draw(self.run.batch - again, self.run.side, Random(self.run.seed * 1_000_003 + self.steps))[0]
        )
        if again:
            patches = torch.cat([self.hard.pick(again, self.random), patches])
        with torch.no_grad():
            pieces = damaged(patches, self.store, self.random)
        with torch.autocast(self.device.type, torch.bfloat16):
            found = self.network(pieces.seen.contiguous(memory_format=torch.channels_last))
        found = found.float()
        loss = search_loss(found, pieces.marked, pieces.counts)
        self.optimizer.zero_grad()
        loss.backward()
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)):
            self.optimizer.step()
        self.steps += 1
        keep = min(0.998, 1 - 1 / (self.steps + 1))
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, list(self.network.parameters()), 1 - keep)
            self._judge(patches, pieces, found.detach().sigmoid(), again)
            self._told.add(loss.detach(), pieces, found.detach().sigmoid())

    def _zoomed(self, patches: Tensor) -> Tensor:
        """Every fourth piece enlarged up to twice: fine scans and large cameras are softer than photographs that were reduced."""
        n, side = len(patches) // 4, self.run.side
        if not n:
            return patches
        smaller = int(side * (0.5 + 0.45 * torch.rand(1).item()))
        large = F.interpolate(patches[:n, :, :smaller, :smaller], size=(side, side), mode="bicubic", antialias=False)
        return torch.cat([large.clamp(0, 1), patches[n:]])

    def _judge(self, patches: Tensor, pieces: Pieces, sure: Tensor, again: int) -> None:
        fair = (pieces.marked == 0) & (pieces.counts == 1)
        untouched = F.max_pool2d(pieces.marked, 31, 1, 15) == 0  # what glows beside a mark is not the photograph's fault
        wrong = torch.where(fair & untouched & column(pieces.natural), sure, 0.0)
        self.hard.judge(patches, wrong, shown=again)

    def save(self) -> None:
        """Weights, in half precision, and the curve."""
        names = [name for name, _ in self.network.named_parameters()]
        tensors = {name: value.half().cpu().contiguous() for name, value in zip(names, self.averaged, strict=True)}
        with atomic(self.run.out / WEIGHTS) as file:
            file.write(save(tensors))
        self.curve.append({"step": self.steps, "seconds": self.run.seconds - self.run.left, **self._told.told()})
        with atomic(RunFolder(self.run.out).curve) as file:
            file.write(json.dumps(self.curve, indent=1).encode())


class _Tally:
    """Losses and how sure the network is of marks and of clean pixels, summed on the device until they are asked for."""

    BINS = 2048

    def __init__(self, device: torch.device) -> None:
        self._losses: list[Tensor] = []
        self._marks = torch.zeros(self.BINS, device=device)
        self._clean = torch.zeros(self.BINS, device=device)

    def add(self, loss: Tensor, pieces: Pieces, sure: Tensor) -> None:
        self._losses.append(loss)
        for bins, which in ((self._marks, pieces.marked > 0), (self._clean, pieces.marked == 0)):
            chosen = torch.where(which & (pieces.counts == 1), sure, -1.0)  # below the bins' range: not counted
            bins += torch.histc(chosen, self.BINS, 0, 1)

    def told(self) -> dict[str, float]:
        """The mean loss since, and which share of the marks' pixels is found where ALLOWED of the clean pixels are marked."""
        if not self._losses:
            return {}
        clean, marks = self._clean.flip(0).cumsum(0), self._marks.flip(0).cumsum(0)
        place = int((clean <= ALLOWED * clean[-1]).sum())
        found = float(marks[max(0, place - 1)] / marks[-1].clamp_min(1))
        loss = float(torch.stack(self._losses).mean())
        self._losses.clear()
        self._marks.zero_()
        self._clean.zero_()
        return {"loss": round(loss, 5), "found": round(found, 4), "threshold": round(1 - place / self.BINS, 4)}


def search_loss(found: Tensor, marked: Tensor, counts: Tensor) -> Tensor:
    """Focal cross-entropy, and what of the marks is covered (Dice over the batch, which small and large marks need alike).
    (N, 1, h, w) each; counts: how much a pixel counts."""
    entropy = F.binary_cross_entropy_with_logits(found, marked, reduction="none")
    focal = (1 - torch.exp(-entropy)) ** FOCUS * entropy
    sure, weighed = found.sigmoid(), marked * counts
    dice = 1 - (2 * (sure * weighed).sum() + 1) / ((sure * counts).sum() + weighed.sum() + 1)
    return 10 * (focal * counts).mean() + 0.1 * dice


def _rate(lr: float, step: int, share: float) -> float:
    return lr * min(1.0, (step + 1) / 200) * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))
