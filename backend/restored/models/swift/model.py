"""`swift` as the engine plans with it, weights as arrays; torch only for the network itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from restored.instruction import quiet

from ..as_graph import ArrayModel, Arrays, GraphOnly
from ..base import Graph, ModelError, Request
from .config import SwiftConfig
from .light import LightReading, LightSwift
from .traits import SwiftTraits

if TYPE_CHECKING:
    from .network import Swift


class SwiftModel(SwiftTraits, ArrayModel):
    """arrays: the state dict, float32. Raises ModelError when they are not those of this configuration."""

    def __init__(self, config: SwiftConfig, arrays: Arrays) -> None:
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

    def fresh_network(self) -> "Swift":
        from .network import Swift

        return Swift(self.config)


@dataclass(frozen=True, slots=True)
class LightConditioned(GraphOnly):
    """A `swift` made ready for one job in numpy."""

    light: LightSwift
    strengths: tuple[float, ...]
    reading: LightReading

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        from .openvino import graph_of

        strengths = np.array(self.strengths, np.float32)
        convs = lambda: quiet.run(lambda: self.light.compile(strengths))  # noqa: E731 - compiled only for a new graph
        return graph_of(self.light.config, self.strengths, convs, self.reading, shape, guided=guided)
