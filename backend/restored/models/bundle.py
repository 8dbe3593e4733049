"""Bundles: one model as files. A folder with `bundle.json`, safetensors and perhaps a text encoder; nothing in it is read
before its sha256 was checked."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from restored.ground.tasks import FIRST_TASKS, Task

from . import files
from .base import Model, ModelError
from .files import read_file, read_manifest
from .installed import list_bundles, user_bundles
from .manifest import MANIFEST, WEIGHTS, Manifest
from .packing import PackingError, pack, unpack, unpack_arrays
from .registry import DEFAULT_BUNDLE, build, build_light, family

if TYPE_CHECKING:
    import torch

    from .restorer import Restorer
    from .text_head import TextHead


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk whose files were checked. `fingerprint` is the sha256 of its manifest, and so of all its files."""

    folder: Path
    manifest: Manifest
    fingerprint: str

    @property
    def name(self) -> str:
        return self.manifest.name

    def network(self) -> "Restorer":
        """A new network with the bundle's weights, float32, on the CPU, in evaluation mode. Raises ModelError."""
        import torch

        tensors = self.tensors(WEIGHTS)
        with torch.device("meta"):  # no memory is taken for a network that the weights do not fill
            form = build(self.manifest.family, self.manifest.architecture).state_dict()
        if {name: value.shape for name, value in form.items()} != {name: value.shape for name, value in tensors.items()}:
            raise ModelError(f"The weights of “{self.name}” do not fit its architecture.")
        net = build(self.manifest.family, self.manifest.architecture)
        try:
            net.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=True)
        except RuntimeError as wrong:
            raise ModelError(f"The weights of “{self.name}” do not fit its architecture.") from wrong
        return net.eval().requires_grad_(False)

    def opened(self) -> Model:
        """A new model for the engine: the family's form without torch where it has one, else its network. Raises ModelError."""
        if not family(self.manifest.family).has_light:
            return self.network()
        try:
            arrays = unpack_arrays(safetensors.numpy.load(self._checked(WEIGHTS)))
        except (SafetensorError, PackingError, TypeError, KeyError):
            return self.network()  # numpy has no bfloat16; and of what is really damaged torch's reader tells more
        return build_light(self.manifest.family, self.manifest.architecture, arrays)

    @cached_property
    def model(self) -> "Restorer":
        """The network, built on first use and kept with this Bundle."""
        return self.network()

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """The tensors of one of the bundle's safetensors files; the very bytes that are parsed were checked."""
        import safetensors.torch

        try:
            return unpack(safetensors.torch.load(self._checked(name)))
        except SafetensorError as wrong:
            raise ModelError(f"{name} of the model “{self.name}” is not a safetensors file.") from wrong
        except PackingError as wrong:
            raise ModelError(f"{name} of the model “{self.name}” cannot be read: {wrong}.") from wrong

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The tensors of one of the bundle's files as float32 arrays; the very bytes that are parsed were checked."""
        try:
            found = safetensors.numpy.load(self._checked(name))
        except SafetensorError as wrong:
            raise ModelError(f"{name} of the model “{self.name}” is not a safetensors file.") from wrong
        return {tensor: value.astype(np.float32) for tensor, value in found.items()}

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
    def _text_head(self) -> "TextHead":
        from .text_head import TextHead

        assert self.manifest.text_head is not None
        self.verify()
        return TextHead(
            self.manifest.text_head, self.tensors, lambda name: self._checked(name) if name in self.manifest.files else None
        )

    def _checked(self, name: str) -> bytes:
        try:
            content = read_file(self.folder, name)
        except OSError as lost:
            raise ModelError(f"The model “{self.name}” is incomplete: {name} cannot be read. Install it again.") from lost
        if hashlib.sha256(content).hexdigest() != self.manifest.files.get(name):
            raise ModelError(f"The model “{self.name}” is damaged: {name} is not the file it was made with. Install it again.")
        return content


def load_bundle(name_or_path: str | Path = DEFAULT_BUNDLE) -> Bundle:
    """Open an installed bundle by its name, or any by its folder (a Path, or text with a separator in it), and check every file.
    Raises ModelError with a sentence."""
    folder = _find(name_or_path)
    content = read_manifest(folder)
    bundle = Bundle(folder, Manifest.from_json(content), hashlib.sha256(content).hexdigest())
    if bundle.name != folder.name and folder.parent in (files.SHIPPED, user_bundles()):
        raise ModelError(f"The model in {folder} calls itself “{bundle.name}”. Give its folder that name, or remove it.")
    bundle.verify()
    return bundle


def write_bundle(
    folder: Path,
    network: "Restorer",
    architecture: Mapping[str, Any],
    *,
    tasks: tuple[Task, ...] = FIRST_TASKS,
    licence: str,
    training_data: str,
    version: str,
    metrics: Mapping[str, Any] | None = None,
    text_head: Mapping[str, Any] | None = None,
    extra: Mapping[str, bytes] | None = None,
    dtype: "torch.dtype | None" = None,
) -> Bundle:
    """Write a network as a bundle; its name is the folder's. An older bundle in that folder is replaced, all or nothing.

    architecture: what `registry.build` needs to make such a network; dtype: how the weights are stored (float32), int8 meaning
    packed with scales (they are float32 again when loaded); extra: further files by relative name. Returns the bundle, read
    back and checked.
    """
    import safetensors.torch
    import torch

    dtype = dtype or torch.float32
    weights = {name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}
    stored = pack(weights) if dtype == torch.int8 else {name: tensor.to(dtype) for name, tensor in weights.items()}
    tensors = {name: tensor.contiguous() for name, tensor in stored.items()}
    contents = {WEIGHTS: safetensors.torch.save(tensors), **(extra or {})}
    manifest = Manifest(
        name=folder.name,
        family=network.family,
        architecture=dict(architecture),
        tasks=tuple(tasks),
        files={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        licence=licence,
        training_data=training_data,
        version=version,
        text_head=text_head,
        metrics=dict(metrics or {}),
    )
    manifest.check()
    if folder.exists() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise ModelError(f"“{folder}” is a folder of something else, so it is left as it is. Choose another name.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as new:
        fresh = Path(new) / folder.name
        for name, content in {**contents, MANIFEST: manifest.to_json().encode()}.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if folder.exists():
            folder.rename(Path(new) / "old")
        fresh.rename(folder)
    return load_bundle(folder)


def _find(name_or_path: str | Path) -> Path:
    found = list_bundles()
    if isinstance(name_or_path, str) and name_or_path in found:
        return found[name_or_path]
    path = Path(name_or_path)
    if path.name == MANIFEST:
        path = path.parent
    # a name is never looked for in the folder that one happens to work in: it may be a stranger's pictures
    if isinstance(name_or_path, Path) or "/" in name_or_path or os.sep in name_or_path:
        with suppress(OSError, ValueError):  # what no file can be called
            if (path / MANIFEST).is_file():
                return path
    have = f"Installed: {', '.join(found)}." if found else "None is installed."
    raise ModelError(f"There is no model “{str(name_or_path)[:200]}”. {have}")
