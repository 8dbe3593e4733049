"""What the analyses look at: networks by name, sentences, and the spaces that sentences are embedded in."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from restored.instruction.tasks import TASKS, Task
from restored.models.base import ModelError
from restored.models.lowrank import task_layers
from restored.models.restorer import Restorer

from ..evaluation.subjects import model_of_checkpoint
from ..instructions.grammar import Grammar


def network_of(subject: str) -> Restorer:
    """The network of a bundle or checkpoint, of any family. Raises ModelError or CheckpointError."""
    path = Path(subject)
    if path.suffix == ".pt":
        return model_of_checkpoint(path)
    from restored.models.bundle import load_bundle

    return load_bundle(path if path.exists() else subject).model


def network_with_biases(subject: str) -> Restorer:
    """The network of a bundle or checkpoint. Raises ModelError for one that has no biases per task."""
    model = network_of(subject)
    if model.tasks is None or not task_layers(model):
        raise ModelError(
            f"{subject} is of the family {model.family}, which has no biases per task. Give a network finetuned from it "
            "(--finetuned) to look at the change instead."
        )
    return model


def sample_sentences(count: int, seed: int) -> dict[Task, list[str]]:
    """`count` test-side sentences per task from the instruction grammar."""
    grammar = Grammar("test", seed)
    out: dict[Task, list[str]] = {}
    for task in TASKS:
        found: set[str] = set()
        for _ in range(count * 50):
            clause = grammar.wish(task)
            if clause is not None:
                found.add("".join(piece.text for piece in clause.pieces))
            if len(found) == count:
                break
        out[task] = sorted(found)
        random.Random(seed).shuffle(out[task])
    return out


def text_spaces() -> dict[str, Callable[[Sequence[str]], np.ndarray]]:
    """The raw sentence encoder, and the trained projection that conditions networks which read text."""
    from restored.instruction import embed
    from restored.instruction.encoder import encode

    return {
        "raw encoder": lambda texts: encode(list(texts)).pooled,
        "trained projection": lambda texts: np.stack([embed(text) for text in texts]),
    }
