"""Two layers of ours on an encoder's vector: any number of classes at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import gelu, linear, sigmoid
from .layer_files import read_tensors, write_tensors


@dataclass(frozen=True, slots=True)
class SigmoidNetwork:
    """first: (hidden, inputs), second: (classes, hidden), as torch stores them, and a bias for each."""

    first: np.ndarray
    first_bias: np.ndarray
    second: np.ndarray
    second_bias: np.ndarray

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """(..., inputs) -> (..., classes), each by itself between 0 and 1."""
        return sigmoid(linear(gelu(linear(vectors, (self.first, self.first_bias))), (self.second, self.second_bias)))


def read_network(file: Path, what: str, classes: Sequence[str], error: type[InstallationError]) -> SigmoidNetwork:
    """A network for these classes; what and error as in `read_tensors`."""
    tensors, _ = read_tensors(file, what, classes, error)
    return SigmoidNetwork(**{name: tensors[name] for name in SigmoidNetwork.__slots__})


def write_network(
    file: Path, network: SigmoidNetwork, classes: Sequence[str], *, encoder: str, made_from: str, **notes: Any
) -> None:
    """Write a network; encoder, made_from and notes as in `write_tensors`."""
    tensors = {name: getattr(network, name) for name in SigmoidNetwork.__slots__}
    write_tensors(file, tensors, classes, encoder=encoder, made_from=made_from, **notes)
