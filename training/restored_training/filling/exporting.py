"""The trained network as a bundle."""

import json
from pathlib import Path
from typing import Any

from restored.models.bundle import Bundle, write_bundle
from restored.models.registry import build
from restored.models.restorer import Restorer

from ..export.bundle import in_words
from ..runs import checkpoint
from ..runs.folder import PHOTOGRAPHS, RunFolder


def network_of(run: Path) -> Restorer:
    """The averaged weights of a run folder. Raises CheckpointError."""
    state = checkpoint.load(RunFolder(run).checkpoint)
    network = build(state["family"], state["hyperparameters"])
    network.load_state_dict(state["model"])
    return network.eval()


def export(run: Path, folder: Path, metrics: dict[str, Any] | None = None) -> Bundle:
    """Write a run's network as the bundle `folder`, in half precision, with the list of photographs that it saw."""
    import torch

    network = network_of(run)
    photographs = json.loads(RunFolder(run).photographs.read_text(encoding="utf-8"))
    return write_bundle(
        folder,
        network,
        network.architecture(),
        tasks=network.tasks or (),
        licence="MIT",
        training_data=in_words(photographs),
        version="1",
        metrics=metrics,
        extra={PHOTOGRAPHS: json.dumps(photographs, indent=1).encode()},
        dtype=torch.float16,
    )
