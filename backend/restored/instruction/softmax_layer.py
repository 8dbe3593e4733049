"""One softmax layer of ours on an encoder's vector: one class of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import softmax
from .layer_files import read_tensors, write_tensors


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
    """A layer for these classes; what and error as in `read_tensors`."""
    tensors, info = read_tensors(file, what, classes, error)
    return SoftmaxLayer(tensors["weight"], tensors["bias"], float(info["threshold"]))


def write_layer(file: Path, layer: SoftmaxLayer, classes: Sequence[str], *, encoder: str, made_from: str, **notes: Any) -> None:
    """Write a layer; encoder, made_from and notes as in `write_tensors`."""
    tensors = {"weight": layer.weight, "bias": layer.bias}
    write_tensors(file, tensors, classes, encoder=encoder, made_from=made_from, threshold=layer.threshold, **notes)
