"""Bundles: one model as files. A folder with `bundle.json`, safetensors and perhaps a text encoder; nothing in it is read
before its sha256 was checked."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import platformdirs
import safetensors.torch
import torch
from safetensors import SafetensorError

from restored.ground.tasks import FIRST_TASKS, LABELS, Task, is_task

from .base import ModelError, Restorer
from .packing import PackingError, pack, unpack
from .registry import build
from .text_head import TextHead

FORMAT: Final = 1
MANIFEST: Final = "bundle.json"
WEIGHTS: Final = "model.safetensors"
SHIPPED: Final = Path(__file__).resolve().parents[1] / "bundles"
DEFAULT: Final = "swift"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `bundle.json` says.

    family: which network; architecture: its hyperparameters; tasks: what it can treat; text_head: None for models that need
    no text or use the engine's own embedding, else the encoder's name and files (see `TextHead`); files: every other file of
    the bundle and its sha256; training_data: what the weights were made from, in words; metrics: figures on named test sets.
    """

    name: str
    family: str
    architecture: Mapping[str, Any]
    tasks: tuple[Task, ...]
    files: Mapping[str, str]
    licence: str
    training_data: str
    version: str
    text_head: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """Raises ModelError with a sentence for anything that is not a manifest of this format."""
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise ModelError(f"This model is of the bundle format {data['format']}; this version of restored reads {FORMAT}.")
            manifest = cls(
                **{name: data[name] for name in cls.__slots__ if name not in ("text_head", "metrics", "tasks")},
                tasks=tuple(data["tasks"]),
                text_head=data.get("text_head"),
                metrics=data.get("metrics") or {},
            )
        except (ValueError, KeyError, TypeError) as wrong:
            if isinstance(wrong, ModelError):
                raise
            raise ModelError(f"The model's {MANIFEST} cannot be read ({wrong}).") from wrong
        manifest.check()
        return manifest

    def check(self) -> None:
        """Raises ModelError unless the names are plain, the tasks known and the weights listed."""
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ModelError(f"“{self.name}” cannot be a model's name: use letters, digits, dots, dashes and underscores.")
        if not self.tasks or not all(is_task(task) for task in self.tasks):
            raise ModelError(f"A model's tasks must be some of {', '.join(LABELS)}.")
        if not isinstance(self.files, Mapping) or WEIGHTS not in self.files:
            raise ModelError(f"The model's {MANIFEST} does not list {WEIGHTS}.")
        for name in self.files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
                raise ModelError(f"The model's {MANIFEST} names a file outside its folder: {name}")


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk whose files were checked. `fingerprint` is the sha256 of its manifest, and so of all its files."""

    folder: Path
    manifest: Manifest
    fingerprint: str

    @property
    def name(self) -> str:
        return self.manifest.name

    def network(self) -> Restorer:
        """A new network with the bundle's weights, float32, on the CPU, in evaluation mode. Raises ModelError."""
        net = build(self.manifest.family, self.manifest.architecture)
        tensors = self.tensors(WEIGHTS)
        try:
            net.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=True)
        except RuntimeError as wrong:
            raise ModelError(f"The weights of “{self.name}” do not fit its architecture.") from wrong
        return net.eval().requires_grad_(False)

    @cached_property
    def model(self) -> Restorer:
        """The network, built on first use and kept with this Bundle."""
        return self.network()

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of one of the bundle's safetensors files; the very bytes that are parsed were checked."""
        try:
            return unpack(safetensors.torch.load(self._checked(name)))
        except SafetensorError as wrong:
            raise ModelError(f"{name} of the model “{self.name}” is not a safetensors file.") from wrong
        except PackingError as wrong:
            raise ModelError(f"{name} of the model “{self.name}” cannot be read: {wrong}.") from wrong

    def embed(self, text: str) -> np.ndarray:
        """(256,) float32, L2-normalised: the conditioning vector this model was trained with. Raises ModelError when the
        text encoder it needs is not there."""
        if self.manifest.text_head is None:
            from restored.instruction import embed

            return embed(text)
        return self._text_head(text)

    def verify(self) -> None:
        """Check every file again. Raises ModelError naming the first that differs."""
        for name in self.manifest.files:
            self._checked(name)

    @cached_property
    def _text_head(self) -> TextHead:
        assert self.manifest.text_head is not None
        self.verify()
        return TextHead(self.folder, self.manifest.text_head, self.tensors)

    def _checked(self, name: str) -> bytes:
        try:
            content = (self.folder / name).read_bytes()
        except OSError as lost:
            raise ModelError(f"The model “{self.name}” is incomplete: {name} cannot be read. Install it again.") from lost
        if hashlib.sha256(content).hexdigest() != self.manifest.files.get(name):
            raise ModelError(f"The model “{self.name}” is damaged: {name} is not the file it was made with. Install it again.")
        return content


def load_bundle(name_or_path: str | Path = DEFAULT) -> Bundle:
    """Open a bundle by name or by its folder, and check every file. Raises ModelError with a sentence."""
    folder = _find(name_or_path)
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as lost:
        raise ModelError(f"{folder} is not a model: it has no {MANIFEST}.") from lost
    bundle = Bundle(folder, Manifest.from_json(content), hashlib.sha256(content).hexdigest())
    bundle.verify()
    return bundle


def list_bundles() -> dict[str, Path]:
    """Every installed bundle's name and folder; the shipped ones first, and their names cannot be taken over."""
    found: dict[str, Path] = {}
    for place in (SHIPPED, user_bundles()):
        for manifest in sorted(place.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found


def default_bundle() -> str:
    """The name of the model used when none is named. Raises ModelError when no model is installed."""
    names = list_bundles()
    if not names:
        raise ModelError("No model is installed. Install the package again, or import one with “restored models import”.")
    return DEFAULT if DEFAULT in names else next(iter(names))


def user_bundles() -> Path:
    """Where imported models go: $RESTORED_DATA_DIR/bundles, else the user's data folder."""
    data = os.environ.get("RESTORED_DATA_DIR") or platformdirs.user_data_dir("restored", appauthor=False)
    return Path(data) / "bundles"


def write_bundle(
    folder: Path,
    network: Restorer,
    architecture: Mapping[str, Any],
    *,
    tasks: tuple[Task, ...] = FIRST_TASKS,
    licence: str,
    training_data: str,
    version: str,
    metrics: Mapping[str, Any] | None = None,
    text_head: Mapping[str, Any] | None = None,
    extra: Mapping[str, bytes] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Bundle:
    """Write a network as a bundle; its name is the folder's. An older bundle in that folder is replaced, all or nothing.

    architecture: what `registry.build` needs to make such a network; dtype: how the weights are stored, int8 meaning packed
    with scales (they are float32 again when loaded); extra: further files by relative name. Returns the bundle, read back and
    checked.
    """
    weights = {name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}
    stored = pack(weights) if dtype == torch.int8 else {name: tensor.to(dtype) for name, tensor in weights.items()}
    tensors = {name: tensor.contiguous() for name, tensor in stored.items()}
    files = {WEIGHTS: safetensors.torch.save(tensors), **(extra or {})}
    manifest = Manifest(
        name=folder.name,
        family=network.family,
        architecture=dict(architecture),
        tasks=tuple(tasks),
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        licence=licence,
        training_data=training_data,
        version=version,
        text_head=text_head,
        metrics=dict(metrics or {}),
    )
    manifest.check()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as new:
        fresh = Path(new) / folder.name
        for name, content in {**files, MANIFEST: manifest.to_json().encode()}.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if folder.exists():
            folder.rename(Path(new) / "old")
        fresh.rename(folder)
    return load_bundle(folder)


def remove_bundle(name: str) -> None:
    """Delete an imported bundle. Raises ModelError for shipped ones and unknown names."""
    folder = list_bundles().get(name)
    if folder is None or folder.parent != user_bundles():
        raise ModelError(f"“{name}” is not an imported model.")
    shutil.rmtree(folder)


def _find(name_or_path: str | Path) -> Path:
    installed = list_bundles()
    if isinstance(name_or_path, str) and name_or_path in installed:
        return installed[name_or_path]
    path = Path(name_or_path)
    if path.name == MANIFEST:
        path = path.parent
    if (path / MANIFEST).is_file():
        return path
    have = f"Installed: {', '.join(installed)}." if installed else "None is installed."
    raise ModelError(f"There is no model “{name_or_path}”. {have}")
