"""What a run on a processor has trained so far, in a folder, so that it goes on from there when it was stopped."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch

SAVE_EVERY: Final = 60.0
"""Seconds of training that a kill costs at most."""


class Resumable(Protocol):
    """What is kept: a training arm. spent: seconds that it has taken, over all its runs."""

    name: str
    steps: int
    spent: float

    def state(self) -> dict[str, Any]: ...

    def resume(self, state: Mapping[str, Any]) -> None: ...


class Kept:
    """Arms of one experiment, each in a file of its own. settings, data: what they depend on; of other ones nothing is taken."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], data: Mapping[str, np.ndarray]) -> None:
        self._folder = folder
        self._marks = [[key, repr(value)] for key, value in sorted(settings.items())]
        self._marks += [[key, _digest(value)] for key, value in sorted(data.items())]
        self.spent = 0.0
        """Seconds that arms which were taken had cost before this run."""

    def take(self, job: Resumable) -> bool:
        """Let an arm go on from what is kept of it; False when there is nothing of the same settings, data and length."""
        path = self._path(job.name)
        if not path.exists():
            return False
        kept = torch.load(path, map_location="cpu", weights_only=True)
        if kept["marks"] != self._marks or kept["steps"] != job.steps:
            return False
        job.resume(kept["state"])
        self.spent += job.spent
        return True

    def put(self, job: Resumable) -> None:
        """Keep an arm as it is. A kill in here leaves what was kept before."""
        path = self._path(job.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".part")
        torch.save({"marks": self._marks, "steps": job.steps, "state": job.state()}, fresh)
        os.replace(fresh, path)

    def forget(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '-').replace(' ', '-')}.pt"


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
