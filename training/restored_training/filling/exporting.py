"""The trained networks as a bundle: what fills holes, and what searches for them."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from restored.ground.replacing import atomic
from restored.models.bundle import Bundle, load_bundle, write_bundle
from restored.models.manifest import MANIFEST
from restored.models.registry import build
from restored.models.restorer import Restorer
from restored.models.searching import SEARCH, SearchModel

from ..export.to_bundle import in_words
from ..runs import checkpoint
from ..runs.folder import PHOTOGRAPHS, RunFolder


def network_of(run: Path) -> Restorer:
    """The averaged weights of a run folder. Raises CheckpointError."""
    state = checkpoint.load(RunFolder(run).checkpoint)
    network = build(state["family"], state["hyperparameters"])
    network.load_state_dict(state["model"])
    return network.eval()


def export(run: Path, folder: Path, metrics: dict[str, Any] | None = None) -> Bundle:
    """Write a run's network as the bundle `folder`, in half precision, with the list of photographs that it saw. The search that
    is in the folder already stays."""
    import torch

    network = network_of(run)
    photographs = json.loads(RunFolder(run).photographs.read_text(encoding="utf-8"))
    search = {}
    if (folder / SEARCH).is_file():
        search[SEARCH] = (folder / SEARCH).read_bytes()
        photographs = _both(json.loads((folder / PHOTOGRAPHS).read_text(encoding="utf-8")), photographs)
    return write_bundle(
        folder,
        network,
        network.architecture(),
        tasks=network.tasks or (),
        licence="MIT",
        training_data=in_words(photographs),
        version="1",
        metrics=metrics,
        extra={PHOTOGRAPHS: json.dumps(photographs, indent=1).encode(), **search},
        dtype=torch.float16,
    )


def add_search(out: Path, folder: Path) -> Bundle:
    """Put the weights that `restored-train search` left in `out`, and the photographs that they saw, into the bundle `folder`.
    Raises ModelError."""
    bundle = load_bundle(folder)
    photographs = _both(
        json.loads((folder / PHOTOGRAPHS).read_text(encoding="utf-8")),
        json.loads((out / PHOTOGRAPHS).read_text(encoding="utf-8")),
    )
    contents = {SEARCH: (out / SEARCH).read_bytes(), PHOTOGRAPHS: json.dumps(photographs, indent=1).encode()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = replace(bundle.manifest, files={**bundle.manifest.files, **hashes}, training_data=in_words(photographs))
    for name, content in {**contents, MANIFEST: manifest.to_json().encode()}.items():
        with atomic(folder / name) as file:
            file.write(content)
    bundle = load_bundle(folder)
    SearchModel(bundle.arrays(SEARCH))  # they fit
    return bundle


def _both(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each photograph once, by what is in it."""
    return list({row["sha256"]: row for row in (*before, *after)}.values())
