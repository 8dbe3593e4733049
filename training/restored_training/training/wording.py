"""Instructions for training samples: sentences from the corpus that name exactly a plan's tasks, encoded once."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.instruction.tasks import TASKS, Task

from ..instructions.example import Example

WIDTH = 384
"""Length of the frozen encoder's sentence vector."""

Wanted = tuple[Task, ...]


class TextBank:
    """Sentences per set of tasks with the frozen encoder's vectors: (count, 384) float16 each.

    Pairs and triples for which the corpus has too few sentences are joined from sentences of their tasks.
    """

    def __init__(self, vectors: dict[Wanted, Tensor]) -> None:
        self._vectors = vectors

    @classmethod
    def build(cls, examples: Iterable[Example], *, sentences: int, seed: int = 0, cache: Path | None = None) -> "TextBank":
        """Choose `sentences` per task (a fifth per pair, a twentieth per triple), encode them; `cache` keeps the result."""
        if cache is not None and cache.exists():
            with np.load(cache) as stored:
                return cls({_wanted(name.split("+")): torch.from_numpy(stored[name]) for name in stored.files})
        from restored.instruction import reference

        encode = reference.load().encode

        vectors: dict[Wanted, Tensor] = {}
        for wanted, texts in choose(examples, sentences, random.Random(seed)).items():
            parts = [torch.from_numpy(encode(texts[start : start + 64]).pooled).half() for start in range(0, len(texts), 64)]
            vectors[wanted] = torch.cat(parts)
        if cache is not None:
            arrays: dict[str, Any] = {"+".join(wanted): value.numpy() for wanted, value in vectors.items()}
            np.savez(cache, **arrays)
        return cls(vectors)

    def draw(self, wanted: Sequence[Task], count: int, rng: random.Random) -> Tensor:
        """`count` sentence vectors for a set of tasks: (count, 384) float32."""
        known = self._vectors[_wanted(wanted)]
        return known[[rng.randrange(len(known)) for _ in range(count)]].float()


def choose(examples: Iterable[Example], sentences: int, rng: random.Random) -> dict[Wanted, list[str]]:
    """Sentences per single task, pair and triple. Only full-strength wishes that exclude nothing are used."""
    corpus: dict[Wanted, list[str]] = defaultdict(list)
    for example in examples:
        if (
            example.split == "train"
            and example.kinds == ("wish",)
            and not example.excluded
            and set(example.wanted.values()) == {1.0}
        ):
            corpus[_wanted(example.wanted)].append(example.text)
    chosen: dict[Wanted, list[str]] = {}
    for size, share in ((1, 1.0), (2, 0.2), (3, 0.05)):
        for wanted in itertools.combinations(TASKS, size):
            texts = corpus[wanted]
            count = max(2, int(sentences * share))
            picked = rng.sample(texts, min(count, len(texts)))
            while len(picked) < count and size > 1:
                singles = [rng.choice(chosen[(task,)]).rstrip(".!? ") for task in rng.sample(wanted, size)]
                picked.append(rng.choice([", ", " and ", "; "]).join(singles))
            if not picked:
                raise ValueError(f"the corpus has no sentence for {wanted}")
            chosen[wanted] = picked
    return chosen


class LearnedTextHead(nn.Module):
    """InstructIR's text head (section 3.2): Linear 384 -> dim, L2-normalised: the embedding; then Linear -> tasks: the intent."""

    def __init__(self, dim: int = 256) -> None:
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, dim)
        self.fc2 = nn.Linear(dim, len(TASKS))

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 384) sentence vectors -> (N, dim) embedding, (N, tasks) logits."""
        embedding = F.normalize(self.fc1(vectors), dim=1)
        return embedding, self.fc2(embedding)


def _wanted(tasks: Iterable[str]) -> Wanted:
    names = set(tasks)
    return tuple(task for task in TASKS if task in names)
