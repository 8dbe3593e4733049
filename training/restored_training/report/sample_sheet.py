"""A sheet of training samples to look at: instruction, input and target, for every task and kind of case."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from restored.instruction.plan import Plan
from restored.instruction.tasks import TASKS, Task

from ..data.sampling import Group, GroupSampler, PatchSource
from ..instructions.grammar import Grammar
from ..runs.config import MixConfig
from .sheets import stack

_GAP: Final = 6
_TEXT: Final = 250
_CASES: Final = ("composite", "partial", "clean", "weaker")


def preview(
    photographs: Sequence[np.ndarray],
    *,
    size: int = 160,
    columns: int = 4,
    seed: int = 0,
    tasks: Sequence[Task] = TASKS,
    scales: Sequence[float] = (0.5,),
) -> Image.Image:
    """One row per task, then one per case (composite, partial, clean, weaker): a sentence, and `columns` pairs of input above
    target, `size` pixels wide. The same seed draws the same sheet."""
    source = PatchSource(photographs, scales)
    grammar = Grammar("train", seed)
    rows = []
    mixes: list[tuple[str, MixConfig]] = [(task, MixConfig.single(tasks={task: 1.0})) for task in tasks]
    mixes += [(case, MixConfig.single(**{case: 1.0})) for case in _CASES]
    for index, (title, mix) in enumerate(mixes):
        group = GroupSampler(source, mix, columns, seed).draw(index, size)
        rows.append(_row(title, sentence(group.plan, grammar), group, size))
    return stack(rows)


def sentence(plan: Plan, grammar: Grammar) -> str:
    """A sentence from the instruction grammar that asks for a plan."""
    parts = []
    for step in plan.steps:
        clause = grammar.wish(step.task)
        words = "".join(piece.text for piece in clause.pieces) if clause else step.task
        parts.append(f"{words} ({step.strength:.0%})" if step.strength < 1 else words)
    return ", and ".join(parts)


def save_preview(image: Image.Image, path: Path) -> None:
    """Write a sheet as PNG, or as JPEG when the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=92) if path.suffix.lower() in {".jpg", ".jpeg"} else image.save(path)


def _row(title: str, text: str, group: Group, size: int) -> Image.Image:
    count = len(group.damaged)
    row = Image.new("RGB", (_TEXT + count * (size + _GAP), 2 * size + 2 * _GAP), "white")
    draw = ImageDraw.Draw(row)
    present = "present: " + (", ".join(group.present) or "nothing")
    lines = [title.upper(), *textwrap.wrap(f"“{text}”", 32), "", *textwrap.wrap(present, 34)]
    draw.multiline_text((8, 8), "\n".join(lines), fill="black", font=ImageFont.load_default(14))
    for i in range(count):
        row.paste(picture(group.damaged[i]), (_TEXT + i * (size + _GAP), 0))
        row.paste(picture(group.target[i]), (_TEXT + i * (size + _GAP), size + 2))
    return row


def picture(image: Tensor) -> Image.Image:
    """(3, H, W) in [0, 1] -> a Pillow image."""
    return Image.fromarray((image.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy())
