"""What wheels and sdists need beside the sources: the text encoder, and a README that can be read away from the repository.

The encoder's official package asks for all of torch, and two files of it are needed. A source tree has them in the environment
(`make venv`); an sdist carries them, so that a wheel is made from it without anything.
"""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PLACE = "restored/instruction/encoder_files"
NAMES = ("model.safetensors", "tokenizer.json")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s:]+)\)")
"""A link or a picture of this repository; those that lead elsewhere have a colon."""


class PageHook(MetadataHookInterface):
    """README.md as the page of a package index, and where the project lives. Named by pyproject.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        """RESTORED_REPOSITORY is the repository's address, as the release file says it."""
        home = os.environ.get("RESTORED_REPOSITORY", "").rstrip("/")
        text = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": page(text, home, f"v{metadata['version']}")}
        changes = f"{home}/blob/v{metadata['version']}/CHANGELOG.md"
        metadata["urls"] = {"Repository": home, "Issues": f"{home}/issues", "Changelog": changes} if home else {}


def page(text: str, home: str, tag: str) -> str:
    """The README with links and pictures that lead to the repository as it was at a tag; words, where none is named."""

    def led(link: re.Match[str]) -> str:
        picture, words, target = link.groups()
        if target.startswith("#"):
            return link[0]
        return f"{picture}[{words}]({home}/{'raw' if picture else 'blob'}/{tag}/{target})" if home else words

    return LINK.sub(led, text)


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
