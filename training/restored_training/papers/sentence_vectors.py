"""Sentences and their vectors, an .npz per encoder: to train on, and to test with at the paper's levels of language."""

import random
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

TASKS: Final = ("denoise", "derain", "dehaze", "deblur", "lowlight", "superres", "enhance")
"""InstructIR's seven, so ordered that the first 3, 5, 6 and 7 are its variants (Table 6)."""
STYLES: Final = ("precise", "ambiguous")


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Vectors (n, width) float32: of training sentences per task, and per task and style of test sentences."""

    train: dict[str, np.ndarray]
    test: dict[str, dict[str, np.ndarray]]

    def save(self, path: Path) -> None:
        arrays = {f"train/{task}": value.astype(np.float16) for task, value in self.train.items()}
        arrays |= {
            f"test/{task}/{style}": v.astype(np.float16) for task, styles in self.test.items() for style, v in styles.items()
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "SentenceVectors":
        with np.load(path, allow_pickle=False) as file:
            read = {name: file[name].astype(np.float32) for name in file.files}
        train = {task: read[f"train/{task}"] for task in TASKS}
        return cls(train, {task: {style: read[f"test/{task}/{style}"] for style in STYLES} for task in TASKS})

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return next(iter(self.train.values())).shape[1]

    def normalised(self) -> "SentenceVectors":
        """The same vectors at unit length."""

        def unit(rows: np.ndarray) -> np.ndarray:
            return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)

        train = {task: unit(rows) for task, rows in self.train.items()}
        return SentenceVectors(train, {t: {style: unit(rows) for style, rows in of.items()} for t, of in self.test.items()})


Encode = Callable[[list[str]], np.ndarray]
"""Sentences -> (N, width) float32."""


def build(encode: Encode, count: int = 200, seed: int = 0) -> SentenceVectors:
    """`count` sentences per task of the corpus's training side, and the hand-written wordings of `evaluate`, encoded. The same
    sentences, in the same order, for every encoder."""
    from ..evaluation.instructions import wordings
    from ..instructions.corpus import Sizes, build

    sizes = Sizes(**{name: 20 for name in Sizes.__slots__ if name not in ("single", "held_out_share")}, single=600)
    corpus = build(seed + 1, sizes)
    rng = random.Random(seed)
    train = {}
    for task in TASKS:
        mine = [e.text for e in corpus if e.split == "train" and e.kinds == ("wish",) and dict(e.wanted) == {task: 1.0}]
        chosen = rng.sample(sorted(set(mine)), min(count, len(set(mine))))
        train[task] = np.concatenate([encode(chosen[start : start + 64]) for start in range(0, len(chosen), 64)])
    tests = wordings()
    return SentenceVectors(train, {task: {style: encode(list(tests[task][style])) for style in STYLES} for task in TASKS})


def encoders() -> dict[str, Encode]:
    """The encoders of Table 8 by name: the project's own, that of other languages, and which words there are as a control."""
    from restored.instruction import encoder, multilingual

    return {"minilm": lambda texts: encoder.encode(texts).pooled, "use": multilingual.encode, "bag": bag_of_words}


def bag_of_words(texts: list[str], width: int = 384) -> np.ndarray:
    """(N, width), unit length: each word adds or takes one at a place of its own (feature hashing)."""
    out = np.zeros((len(texts), width), np.float32)
    for row, text in enumerate(texts):
        for word in re.findall(r"\w+", text.lower()):
            code = zlib.crc32(word.encode())
            out[row, code % width] += 1 if code >> 31 else -1
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


def file_of(archive: Path, name: str) -> Path:
    """Where an encoder's vectors lie: the project's own in `archive`, the others beside it."""
    return archive if name == "minilm" else archive.with_stem(f"{archive.stem}-{name}")


def load_all(archive: Path, names: Mapping[str, str]) -> dict[str, SentenceVectors]:
    """Each encoder's vectors, brought to unit length. Raises FileNotFoundError."""
    return {name: SentenceVectors.load(file_of(archive, name)).normalised() for name in names}
