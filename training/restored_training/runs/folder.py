"""A run's folder: every file in it is named here, and nowhere else."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from . import checkpoint
from .config import RunConfig, load_config
from .yaml_files import read_yaml

PHOTOGRAPHS = "photographs.json"
"""The data manifest, in a run's folder and in a bundle."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run on disk; nothing is made before it is written."""

    path: Path

    @classmethod
    def of(cls, config: RunConfig, base: Path | None = None) -> Self:
        """Where a run of this name lives: `runs/NAME`, or below `base` or $RESTORED_RUNS."""
        return cls((base or Path(os.environ.get("RESTORED_RUNS", "runs"))) / config.name)

    @classmethod
    def holding(cls, path: Path) -> Self:
        """The folder that is meant by itself or by a checkpoint in it."""
        return cls(path if path.is_dir() else path.parent)

    def __str__(self) -> str:
        return str(self.path)

    @property
    def checkpoint(self) -> Path:
        """Where the run stands: weights, their running average (EMA), optimiser, step."""
        return self.path / "checkpoint.pt"

    @property
    def config(self) -> Path:
        """The exact configuration, as YAML."""
        return self.path / "config.yaml"

    @property
    def photographs(self) -> Path:
        """What the run is trained on: a list of file, sha256, source, licence and author."""
        return self.path / PHOTOGRAPHS

    @property
    def logs(self) -> Path:
        """TensorBoard's folder: losses, rates, validation figures."""
        return self.path / "logs"

    @property
    def sentences(self) -> Path:
        """The encoded sentences that a text-reading family hears."""
        return self.path / "sentences.npz"

    @property
    def validation(self) -> Path:
        """One line of JSON per validation: the step, and per case the PSNR before and after."""
        return self.path / "validation.jsonl"

    def sheet(self, step: int) -> Path:
        """A validation's pictures."""
        return self.path / "sheets" / f"{step:07d}.jpg"

    def expert(self, task: str) -> Path:
        """In a folder of joined experts: the configuration of the run that trained one task."""
        return self.path / f"expert-{task}.yaml"

    # -- on a rented machine, which sends only these back

    @property
    def own(self) -> Path:
        """What an expert may have changed, averaged and in half precision."""
        return self.path / "own.pt"

    @property
    def curve(self) -> Path:
        """Step, seconds, loss and learning rate, now and then."""
        return self.path / "curve.json"

    @property
    def profile(self) -> Path:
        """Which kernels ran."""
        return self.path / "profile.txt"

    @property
    def error(self) -> Path:
        """Why the run ended early; not there when it did not."""
        return self.path / "error.txt"

    # -- reading and writing

    def make(self) -> Self:
        """Make the folder where there is none."""
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def remove(self) -> None:
        """Forget the run."""
        shutil.rmtree(self.path, ignore_errors=True)

    def save_config(self, config: RunConfig) -> None:
        """Write the exact configuration."""
        self.config.write_text(yaml.safe_dump(config.model_dump(mode="json", by_alias=True), sort_keys=False))

    def load_config(self) -> RunConfig:
        """The configuration, checked. Raises ConfigError."""
        return load_config(self.config)

    def settings(self) -> dict[str, Any]:
        """The configuration as it was written, unchecked: older runs have entries that are no longer known. {} without one."""
        if not self.config.exists():
            return {}
        found = read_yaml(self.config)
        return found if isinstance(found, dict) else {}

    def save_photographs(self, manifest: Sequence[Mapping[str, str]]) -> None:
        """Write what the run is trained on."""
        self.photographs.write_text(json.dumps(list(manifest), indent=1))

    def load_photographs(self) -> list[dict[str, str]]:
        """What the run was trained on; empty when it was not recorded."""
        return json.loads(self.photographs.read_text(encoding="utf-8")) if self.photographs.exists() else []

    def step(self) -> int:
        """How far the run has come; 0 without a checkpoint. Raises CheckpointError for one that cannot be read."""
        return int(checkpoint.load(self.checkpoint)["step"]) if self.checkpoint.exists() else 0


def checkpoint_of(path: Path) -> Path:
    """A checkpoint's file, given by itself or by the run folder that holds it."""
    return RunFolder(path).checkpoint if path.is_dir() else path
