"""`infill` as the engine plans with it, weights as arrays; torch only for the network itself."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import Conditioned, Graph, ModelError, Request, Window
from .config import InfillConfig
from .graph import conv_specs
from .traits import InfillTraits

if TYPE_CHECKING:
    from torch import Tensor

    from .network import Infill

Weights = Mapping[str, tuple[np.ndarray, np.ndarray]]


class InfillModel(InfillTraits):
    """arrays: the state dict, float32. Raises ModelError when they are not those of this configuration."""

    def __init__(self, config: InfillConfig, arrays: Mapping[str, np.ndarray]) -> None:
        self._take_traits(config)
        self._arrays = arrays
        self._convs: Weights = {}
        for spec in conv_specs(config):
            weight, bias = (arrays.get(f"convs.{spec.name}.{part}") for part in ("weight", "bias"))
            shape = (spec.channels_out, spec.channels_in, spec.kernel, spec.kernel)
            if weight is None or bias is None or weight.shape != shape or bias.shape != shape[:1]:
                raise ModelError(f"The model's weights do not fit its architecture ({spec.name}).")
            self._convs = {**self._convs, spec.name: (weight, bias)}

    def condition(self, request: Request) -> "LightConditioned":
        return LightConditioned(self.config, self._convs)

    def as_network(self) -> "Infill":
        return self._network

    @cached_property
    def _network(self) -> "Infill":
        import torch

        from .network import Infill

        network = Infill(self.config)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in self._arrays.items()})
        return network.eval().requires_grad_(False)


class LightConditioned(Conditioned):
    """Without torch, tiles are a graph's business."""

    def __init__(self, config: InfillConfig, convs: Weights) -> None:
        self._config, self._convs = config, convs

    def forward(self, tile: "Tensor", window: Window, guess: "Tensor | None" = None) -> Any:
        raise ModelError("Without its network this model runs as a graph only.")

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        from .openvino import build

        return Graph(shape, lambda: build(self._config, self._convs, shape))
