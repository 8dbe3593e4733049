"""Checkpoints: written atomically, so that a full disk or a kill leaves the previous one."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


class CheckpointError(ValueError):
    """A checkpoint that cannot be read or written; the message is a sentence for the user."""


def save(path: Path, state: dict[str, Any]) -> None:
    """Write `state` to `path` in one step. Raises CheckpointError and leaves the previous file when it cannot."""
    for stale in path.parent.glob(f"{path.name}*.part"):  # of a run that was killed while writing
        stale.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:
        raise CheckpointError(f"I could not write the checkpoint {path} ({error}); the one before is still there.") from error
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint, tensors and plain values only. Raises CheckpointError."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except Exception as error:  # torch raises many kinds for a damaged file; all mean the same to the user
        raise CheckpointError(f"{path} is not a checkpoint I can read: {error}") from error
    if not isinstance(state, dict) or "model" not in state:
        raise CheckpointError(f"{path} is not a checkpoint of this trainer.")
    return state


def averaged(state: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights that count: their running average (EMA), or the weights themselves where none was kept."""
    return state.get("ema") or state["model"]
