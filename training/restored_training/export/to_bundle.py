"""A checkpoint becomes a bundle: weights, hyperparameters, what it was trained on, and the figures it reached."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import safetensors.torch
import torch

from restored.instruction.tasks import TASKS, Task, is_task
from restored.models.bundle import Bundle, write_bundle
from restored.models.text_head import INSTALLED

from ..evaluation.subjects import model_of_checkpoint
from ..runs import checkpoint
from ..runs.folder import PHOTOGRAPHS, RunFolder, checkpoint_of

TEXT_HEAD = "text.safetensors"

STORES: Final = {"full": torch.float32, "half": torch.float16, "packed": torch.int8}
"""Ways to store weights: float32, float16, or int8 with a scale per row."""


def export(
    path: Path,
    folder: Path,
    *,
    results: Mapping[str, Any] | None = None,
    licence: str = "MIT",
    version: str = "1",
    store: str = "half",
) -> Bundle:
    """Write the EMA weights of a checkpoint (a file, or a run folder that holds one) as the bundle `folder`.

    results: what `evaluate` wrote; its means go into the manifest. store: how the weights lie on disk, one of STORES (in memory
    they are float32). The run folder's `photographs.json`, when there, travels in the bundle. Raises CheckpointError or
    ModelError.
    """
    file, run = checkpoint_of(path), RunFolder.holding(path)
    state = checkpoint.load(file)
    model = model_of_checkpoint(file)
    photographs = run.load_photographs()
    extra = {PHOTOGRAPHS: json.dumps(photographs, indent=1).encode()} if photographs else {}
    if state.get("text"):
        head = {name.removeprefix("head."): value.contiguous() for name, value in state["text"].items()}
        extra[TEXT_HEAD] = safetensors.torch.save(head)
    return write_bundle(
        folder,
        model,
        state.get("hyperparameters", {}),
        tasks=tasks_of(run),
        licence=licence,
        training_data=in_words(photographs),
        version=version,
        metrics=means(results) if results else None,
        text_head=_text_head(state),
        extra=extra,
        dtype=STORES[store],
    )


def _text_head(state: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `bundle.json` says of a head trained along with the network, on the encoder that restored carries anyway."""
    if not state.get("text"):
        return None
    return {"encoder": INSTALLED, "file": TEXT_HEAD, "folder": None, "classes": list(TASKS)}


def tasks_of(run: RunFolder) -> tuple[Task, ...]:
    """The tasks a run was trained for, from its `config.yaml`; all of them when there is none."""
    named = (run.settings().get("mix") or {}).get("tasks") or TASKS
    return tuple(task for task in TASKS if task in named and is_task(task))


def in_words(photographs: Sequence[Mapping[str, str]]) -> str:
    """What a model was trained on, in a sentence."""
    if not photographs:
        return "not recorded"
    count = Counter(photo.get("licence", "unknown") for photo in photographs)
    licences = "; ".join(f"{licence} ({n})" for licence, n in count.most_common())
    return (
        f"{len(photographs)} free photographs with damage made from formulas; sources, authors and licences of each in "
        f"{PHOTOGRAPHS}. Licences: {licences}."
    )


def means(results: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of `evaluate` without those of single pictures."""
    sets = {
        f"{row['set']} {row['level']}".strip(): {
            key: round(value, 4) for key, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for row in results.get("sets", ())
    }
    return {"conventions": results.get("conventions", ""), "sets": sets}
