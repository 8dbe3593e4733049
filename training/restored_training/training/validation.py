"""Validation during a run: fixed patches of kept-out photographs, PSNR per kind of damage, and a sheet to look at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from restored.models import Request, Window
from restored.models.restorer import Restorer
from restored.models.whole import restore_whole

from ..data.sampling import Group, GroupSampler, PatchSource
from ..report.sample_sheet import picture
from ..runs.config import MixConfig, RunConfig
from ..runs.folder import RunFolder
from .trainer import Trainer

_SEED: Final = 20_260
_CASES: Final = ("composite", "partial", "clean")


@dataclass(frozen=True, slots=True)
class Figure:
    """Mean PSNR (dB, peak 1) of a case: of the input and of the result, both against the target."""

    case: str
    before: float
    after: float


class Validation:
    """The same groups at every call, one per task and one per mixed case, drawn from `photographs` ((H, W, 3) uint8)."""

    def __init__(self, config: RunConfig, photographs: Sequence[np.ndarray], *, count: int = 6) -> None:
        source = PatchSource(photographs, config.data.scales)
        size = config.patch_at(config.steps)
        named = config.mix.named
        tasks = [named] if named else list(config.mix.tasks)
        mixes = [(task, MixConfig.single(tasks={task: 1.0})) for task in tasks]
        if len(config.mix.tasks) > 1:
            cases = [case for case in _CASES if not (named and case == "composite")]
            mixes += [(case, MixConfig.single(tasks=config.mix.tasks, named=named, **{case: 1.0})) for case in cases]
        self._groups = [(case, GroupSampler(source, mix, count, _SEED).draw(i, size)) for i, (case, mix) in enumerate(mixes)]

    @torch.no_grad()
    def run(self, trainer: Trainer) -> tuple[list[Figure], Image.Image]:
        """Measure the trainer's EMA weights. Returns the figures and a sheet: input, result and target of three patches each."""
        figures: list[Figure] = []
        rows: list[tuple[Figure, Group, Tensor]] = []
        with trainer.averaged() as model:
            for number, (case, group) in enumerate(self._groups):
                placed = group.to(trainer.device)
                embedding = trainer.text(placed, number)[0] if trainer.text else None
                result = _restored(model, placed, embedding).clamp(0, 1).cpu()
                figure = Figure(case, _psnr(group.damaged, group.target), _psnr(result, group.target))
                figures.append(figure)
                rows.append((figure, group, result))
        return figures, _sheet(rows)


def _restored(model: Restorer, group: Group, embedding: Tensor | None) -> Tensor:
    """Each sample as it would be restored alone: (N, 3, s, s)."""
    results = []
    for sample, window in enumerate(group.windows.tolist()):
        one = slice(sample, sample + 1)
        request = Request(group.plan, None if embedding is None else embedding[sample], group.context[one])
        results.append(restore_whole(model, group.damaged[one], request, Window(*window)))
    return torch.cat(results)


def record(figures: Sequence[Figure], sheet: Image.Image, folder: RunFolder, step: int, writer: Any = None) -> None:
    """Keep a validation: a line in `validation.jsonl`, the sheet as `sheets/STEP.jpg`, and scalars in TensorBoard."""
    folder.sheet(step).parent.mkdir(exist_ok=True)
    sheet.save(folder.sheet(step), quality=88)
    line = {"step": step, **{figure.case: [round(figure.before, 3), round(figure.after, 3)] for figure in figures}}
    with folder.validation.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    if writer is not None:
        for figure in figures:
            writer.add_scalar(f"validation/{figure.case}", figure.after, step)


def _psnr(first: Tensor, second: Tensor) -> float:
    """Mean over samples of 10 log10(1 / mean squared error), at most 60 dB for pictures that agree."""
    errors = (first - second).square().mean((1, 2, 3)).clamp_min(1e-6)
    return float((-10 * errors.log10()).mean())


def _sheet(rows: Sequence[tuple[Figure, Group, Tensor]], shown: int = 3, caption: int = 150) -> Image.Image:
    size = rows[0][1].damaged.shape[-1]
    sheet = Image.new("RGB", (caption + shown * (3 * size + 12), len(rows) * (size + 6)), "white")
    draw = ImageDraw.Draw(sheet)
    for y, (figure, group, result) in enumerate(rows):
        top = y * (size + 6)
        asked = ", ".join(step.task for step in group.plan.steps)
        words = f"{figure.case}\n{figure.before:.2f} -> {figure.after:.2f} dB\nasked: {asked}"
        draw.multiline_text((6, top + 4), words, fill="black", font=ImageFont.load_default(12))
        for sample in range(min(shown, len(result))):
            left = caption + sample * (3 * size + 12)
            for offset, image in enumerate((group.damaged[sample], result[sample], group.target[sample])):
                sheet.paste(picture(image), (left + offset * size, top))
    return sheet
