"""Puts the text encoder into wheels and sdists: its official package asks for all of torch, and two files of it are needed.

A source tree has them in the environment (`make venv`); an sdist carries them, so that a wheel is made from it without anything.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "restored/instruction/encoder_files"
NAMES = ("model.safetensors", "tokenizer.json")


class EncoderHook(BuildHookInterface):
    """Named by pyproject.toml."""

    _made: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before a target is built; an editable installation reads the official package."""
        root = Path(self.root)
        carried = root / "backend" / PLACE
        if version == "editable" or all((carried / name).is_file() for name in NAMES):
            return
        made = self._made = root / "build" / f"encoder-{os.getpid()}"  # two builds at a time do not meet
        self._make(root / "backend", made)
        target = PLACE if self.target_name == "wheel" else f"backend/{PLACE}"
        build_data["force_include"].update({str(made / name): f"{target}/{name}" for name in NAMES})

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After it was built."""
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)

    def _make(self, backend: Path, folder: Path) -> None:
        sys.path.insert(0, str(backend))
        try:
            from restored.instruction import encoder

            weights, official = encoder.half_precision(), encoder.package_folder()
        except Exception as error:
            raise RuntimeError(f"The text encoder cannot be packed ({error}). Build inside .venv: make wheel") from error
        finally:
            sys.path.remove(str(backend))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.safetensors").write_bytes(weights)
        shutil.copy(official / "tokenizer.json", folder / "tokenizer.json")
