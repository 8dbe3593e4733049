"""`swift` as the engine plans with it, weights as arrays; torch only for the network itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from restored.instruction import quiet

from ..base import Conditioned, Graph, ModelError, Request, Window
from .config import SwiftConfig
from .light import LightReading, LightSwift
from .traits import SwiftTraits

if TYPE_CHECKING:
    from torch import Tensor

    from .network import Swift


class SwiftModel(SwiftTraits):
    """arrays: the state dict, float32. Raises ModelError when they are not those of this configuration."""

    def __init__(self, config: SwiftConfig, arrays: Mapping[str, np.ndarray]) -> None:
        self._take_traits(config)
        self._arrays = arrays
        try:
            self._light = quiet.run(lambda: LightSwift(config, arrays))
        except (KeyError, ValueError) as wrong:
            raise ModelError(f"The model's weights do not fit its architecture ({wrong}).") from wrong

    def condition(self, request: Request) -> "LightConditioned":
        strengths = request.plan.strengths(self.config.tasks)
        context = np.asarray(request.context, np.float32)[0]
        reading = quiet.run(lambda: self._light.read(context, np.array(strengths, np.float32)))
        return LightConditioned(self._light, strengths, reading)

    def as_network(self) -> "Swift":
        return self._network

    @cached_property
    def _network(self) -> "Swift":
        import torch

        from .network import Swift

        network = Swift(self.config)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in self._arrays.items()})
        return network.eval().requires_grad_(False)


@dataclass(frozen=True, slots=True)
class LightConditioned(Conditioned):
    """A `swift` made ready for one job in numpy. Its tiles are a graph's business."""

    light: LightSwift
    strengths: tuple[float, ...]
    reading: LightReading

    def forward(self, tile: "Tensor", window: Window, guess: "Tensor | None" = None) -> Any:
        raise ModelError("Without its network this model runs as a graph only.")

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        from .openvino import graph_of

        strengths = np.array(self.strengths, np.float32)
        convs = lambda: quiet.run(lambda: self.light.compile(strengths))  # noqa: E731 - compiled only for a new graph
        return graph_of(self.light.config, self.strengths, convs, self.reading, shape, guided=guided)
