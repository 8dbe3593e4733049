"""`infill` as the engine plans with it, weights as arrays; torch only for the network itself."""

from typing import TYPE_CHECKING

from ..as_graph import ArrayModel, Arrays, GraphOnly, convs_of
from ..base import Graph, Request
from ..unet import Convs
from .config import InfillConfig
from .graph import conv_specs
from .traits import InfillTraits

if TYPE_CHECKING:
    from .network import Infill


class InfillModel(InfillTraits, ArrayModel):
    """arrays: the state dict, float32. Raises ModelError when they are not those of this configuration."""

    def __init__(self, config: InfillConfig, arrays: Arrays) -> None:
        self._take_traits(config)
        self._arrays = arrays
        self._convs = convs_of(arrays, conv_specs(config), "The model's weights do not fit its architecture")

    def condition(self, request: Request) -> "LightConditioned":
        return LightConditioned(self.config, self._convs)

    def fresh_network(self) -> "Infill":
        from .network import Infill

        return Infill(self.config)


class LightConditioned(GraphOnly):
    """An `infill` made ready for one job."""

    def __init__(self, config: InfillConfig, convs: Convs) -> None:
        self._config, self._convs = config, convs

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        from .openvino import build

        return Graph(shape, lambda: build(self._config, self._convs, shape))
