"""Where things are: the shared data beside the repository, models, and sentences for the analyses."""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from restored.instruction.tasks import TASKS, Task, is_task
from restored.models.base import ModelError
from restored.models.lowrank import task_layers
from restored.models.restorer import Restorer

from .data import DataError


def repository() -> Path:
    """The root of the checkout this package runs from; the current folder for an installed package."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() else Path.cwd()


def shared() -> Path:
    """The shared folder: $RESTORED_SHARED, else `../shared` beside the repository."""
    return Path(os.environ.get("RESTORED_SHARED") or repository().parent / "shared")


def bench_folder(given: Path | None) -> Path:
    """The bench, as given or in the shared folder. Raises DataError when it is not there."""
    return _existing(given or shared() / "data" / "bench", "the bench", "--bench")


def photograph_folder(given: Path | None) -> Path:
    """The free photographs, as given or in the shared folder. Raises DataError when they are not there."""
    return _existing(given or shared() / "data" / "train" / "free", "the photographs", "--photographs")


def known_task(name: str) -> Task:
    """`name` as a task. Raises DataError."""
    if not is_task(name):
        raise DataError(f"“{name}” is not a task. The tasks are {', '.join(TASKS)}.")
    return name


def network_of(subject: str) -> Restorer:
    """The network of a bundle or checkpoint, of any family. Raises ModelError or CheckpointError."""
    from .evaluation.subjects import model_of_checkpoint

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
            f"{subject} is a {model.family} model, which has no biases per task. Give a network finetuned from it "
            "(--finetuned) to look at the change instead."
        )
    return model


def sample_sentences(count: int, seed: int) -> dict[Task, list[str]]:
    """`count` test-side sentences per task from the instruction grammar."""
    from .instructions.grammar import Grammar

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


def _existing(path: Path, what: str, option: str) -> Path:
    if not path.exists():
        raise DataError(f"I cannot find {what} at {path}. Say where they are with {option}.")
    return path
