"""One softmax layer of ours on an encoder's vector, as it ships: its tensors, and beside them what it was made from."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from restored.ground.errors import InstallationError
from restored.ground.shipped import shipped

from .arithmetic import softmax


@dataclass(frozen=True, slots=True)
class SoftmaxLayer:
    """weight: (inputs, classes); bias: (classes,); threshold: the probability from which a class counts."""

    weight: np.ndarray
    bias: np.ndarray
    threshold: float

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """(..., inputs) -> (..., classes), each row sums to 1."""
        return softmax(vectors @ self.weight + self.bias)


def read_layer(file: Path, what: str, classes: Sequence[str], error: type[InstallationError]) -> SoftmaxLayer:
    """A layer for these classes. what it does, for the sentence: "reads other languages". Raises `error` when the file is
    missing, damaged, or was made for other classes."""
    from safetensors.numpy import load

    tensors = load(shipped(file, what, error))
    info = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    if info["classes"] != list(classes):
        raise error(f"The file that {what} belongs to another version. Please reinstall restored.")
    return SoftmaxLayer(tensors["weight"].astype(np.float32), tensors["bias"].astype(np.float32), float(info["threshold"]))


def write_layer(file: Path, layer: SoftmaxLayer, classes: Sequence[str], *, encoder: str, made_from: str, **notes: Any) -> None:
    """Write a layer in half precision. encoder: whose vectors it reads; notes: what else is known about it."""
    from safetensors.numpy import save

    halves = {"weight": layer.weight, "bias": layer.bias}
    data = save({name: np.ascontiguousarray(value, np.float16) for name, value in halves.items()})
    file.write_bytes(data)
    info = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "threshold": layer.threshold,
        "classes": list(classes),
        "encoder": encoder,
        "made_from": made_from,
        **notes,
    }
    file.with_suffix(".json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
