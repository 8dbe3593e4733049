"""Sentences and their vectors, in one .npz: what to train on, and what to test with, at the paper's levels of language."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

TASKS: Final = ("denoise", "derain", "dehaze", "deblur", "lowlight", "superres", "enhance")
"""InstructIR's seven, so ordered that the first 3, 5, 6 and 7 are its variants (Table 6)."""
STYLES: Final = ("precise", "ambiguous")


@dataclass(frozen=True, slots=True)
class Words:
    """Vectors (n, 384) float32: of training sentences per task, and per task and style of test sentences."""

    train: dict[str, np.ndarray]
    test: dict[str, dict[str, np.ndarray]]

    def save(self, path: Path) -> None:
        arrays = {f"train/{task}": value.astype(np.float16) for task, value in self.train.items()}
        arrays |= {
            f"test/{task}/{style}": v.astype(np.float16) for task, styles in self.test.items() for style, v in styles.items()
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Words":
        with np.load(path, allow_pickle=False) as file:
            read = {name: file[name].astype(np.float32) for name in file.files}
        train = {task: read[f"train/{task}"] for task in TASKS}
        return cls(train, {task: {style: read[f"test/{task}/{style}"] for style in STYLES} for task in TASKS})


def build(count: int = 200, seed: int = 0) -> Words:
    """`count` sentences per task of the corpus's training side, and the hand-written wordings of `evaluate`, encoded."""
    from restored.instruction.encoder import encode

    from ..evaluation.instructions import wordings
    from ..instructions.corpus import Sizes, build

    sizes = Sizes(**{name: 20 for name in Sizes.__slots__ if name not in ("single", "held_out_share")}, single=600)
    corpus = build(seed + 1, sizes)
    rng = random.Random(seed)
    train = {}
    for task in TASKS:
        mine = [e.text for e in corpus if e.split == "train" and e.kinds == ("wish",) and dict(e.wanted) == {task: 1.0}]
        chosen = rng.sample(sorted(set(mine)), min(count, len(set(mine))))
        train[task] = np.concatenate([encode(chosen[start : start + 64]).pooled for start in range(0, len(chosen), 64)])
    tests = wordings()
    return Words(train, {task: {style: encode(list(tests[task][style])).pooled for style in STYLES} for task in TASKS})
