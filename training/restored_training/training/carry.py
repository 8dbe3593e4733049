"""Weights that travel: the EMA in half precision, in small pieces, to go on from on another machine."""

import io
from pathlib import Path
from typing import Any

import torch

from ..data.split_archive import SplitArchiveError, read_facts, read_pieces, write_pieces
from ..runs import checkpoint
from ..runs.checkpoint import CheckpointError
from ..runs.folder import checkpoint_of

STEM = "weights"


def carry(path: Path, out: Path, *, piece_bytes: int = 15 * 2**20) -> Path:
    """Write a checkpoint's EMA (and its text head) in half precision as pieces of at most `piece_bytes` into `out`.

    Returns the index `weights.json`, which `model.start_from` accepts; the optimiser starts anew, with its warm-up.
    """
    state = checkpoint.load(checkpoint_of(path))
    kept = {
        "model": halved(checkpoint.averaged(state)),
        "text": halved(state.get("text") or {}),
        "family": state.get("family"),
        "hyperparameters": state.get("hyperparameters", {}),
    }
    buffer = io.BytesIO()
    torch.save(kept, buffer)
    facts = {"family": kept["family"], "step": state.get("step", 0)}
    return write_pieces(buffer.getbuffer(), out, STEM, largest=piece_bytes, facts=facts)


def halved(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same weights in float16; tensors that are not floating-point stay as they are."""
    return {name: value.to(torch.float16) if value.is_floating_point() else value for name, value in state.items()}


def weights_of(path: Path) -> dict[str, Any]:
    """What a run may start from: a checkpoint, the index of carried weights, or a bundle's folder.

    Returns a dict with "model" (state dict), "family", "hyperparameters" and "text". Raises CheckpointError or ModelError.
    """
    if path.suffix == ".json" and path.name != "bundle.json":
        try:
            read_facts(path)
            return torch.load(io.BytesIO(read_pieces(path)), map_location="cpu", weights_only=True)
        except SplitArchiveError as error:
            raise CheckpointError(str(error)) from error
    if path.name == "bundle.json" or (path / "bundle.json").exists():
        from restored.models.bundle import load_bundle
        from restored.models.manifest import WEIGHTS

        bundle = load_bundle(path)
        head = bundle.manifest.text_head
        text = {f"head.{name}": value for name, value in bundle.tensors(head["file"]).items()} if head else {}
        facts = {"family": bundle.manifest.family, "hyperparameters": dict(bundle.manifest.architecture)}
        return {"model": bundle.tensors(WEIGHTS), "text": text, **facts}
    return checkpoint.load(path)
