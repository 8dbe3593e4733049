"""A model whose weights are arrays: it is planned with and runs as a graph without torch, which only its network needs."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .base import Conditioned, Model, ModelError, Window
from .unet import Convs, ConvSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from .restorer import Restorer

Arrays = Mapping[str, np.ndarray]
"""A state dict, float32."""


class ArrayModel(Model):
    """The light form of a family: `_arrays` is what its network is made of when somebody asks for that."""

    _arrays: Arrays

    @abstractmethod
    def fresh_network(self) -> "Restorer":
        """The network in torch, with any weights."""

    def as_network(self) -> "Restorer":
        return self._network

    @cached_property
    def _network(self) -> "Restorer":
        import torch

        network = self.fresh_network()
        network.load_state_dict({name: torch.from_numpy(array) for name, array in self._arrays.items()})
        return network.eval().requires_grad_(False)


class GraphOnly(Conditioned):
    """Made ready for one job without torch: its tiles are a graph's business."""

    def forward(self, tile: "Tensor", window: Window, guess: "Tensor | None" = None) -> Any:
        raise ModelError("Without its network this model runs as a graph only.")


def convs_of(arrays: Arrays, specs: "Iterable[ConvSpec]", wrong: str) -> Convs:
    """The weights and biases that `specs` name. wrong: what is said of arrays of another network. Raises ModelError."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for spec in specs:
        weight, bias = (arrays.get(f"convs.{spec.name}.{part}") for part in ("weight", "bias"))
        shape = (spec.channels_out, spec.channels_in, spec.kernel, spec.kernel)
        if weight is None or bias is None or weight.shape != shape or bias.shape != shape[:1]:
            raise ModelError(f"{wrong} ({spec.name}).")
        found[spec.name] = (weight, bias)
    return found
