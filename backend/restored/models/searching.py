"""The network that searches for marks, as runtimes run it: a tile in, how surely each of its pixels is damaged out."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import numpy as np

from .as_graph import Arrays, GraphOnly, convs_of
from .base import Conditioned, Graph, Model, Request, Window
from .searcher import search, search_specs
from .unet import Convs

if TYPE_CHECKING:
    from torch import Tensor

    from .restorer import Restorer

SEARCH: Final = "search.safetensors"
"""The file of a bundle that has such a network beside its own."""


class SearchModel(Model):
    """arrays: the state dict, float32. Raises ModelError when they are not those of the network."""

    family: ClassVar[str] = "search"
    has_graph: ClassVar[bool] = True
    tasks = ("inpaint",)
    stride = 32
    halo = 128
    """Its reach is 288; with so many pixels of surroundings, one pixel in a hundred thousand is marked in one window only."""

    def __init__(self, arrays: Arrays) -> None:
        self._convs = convs_of(arrays, search_specs(), "The weights of the search for scratches do not fit its network")

    def condition(self, request: Request) -> Conditioned:
        return _AsGraph(self._convs)

    def as_network(self) -> "Restorer":
        return cast("Restorer", self._network)  # all that a runtime asks of one

    @cached_property
    def _network(self) -> "_InTorch":
        return _InTorch(self._convs)


class _AsGraph(GraphOnly):
    def __init__(self, convs: Convs) -> None:
        self._convs = convs

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        return Graph(shape, lambda: _build(self._convs, shape))


class _InTorch:
    """For machines without OpenVINO: what a runtime asks of a network."""

    survey = 0

    def __init__(self, convs: Convs) -> None:
        import torch

        self._convs = {name: tuple(map(torch.from_numpy, pair)) for name, pair in convs.items()}

    def to(self, device: str) -> "_InTorch":
        self._convs = {name: tuple(each.to(device) for each in pair) for name, pair in self._convs.items()}
        return self

    def condition(self, request: Request) -> Conditioned:
        return _Placed(cast("Convs", self._convs))


class _Placed(Conditioned):
    def __init__(self, convs: Convs) -> None:
        self._convs = convs

    def forward(self, tile: "Tensor", window: Window, guess: "Tensor | None" = None) -> "Tensor":
        from .unet_torch import OPS

        return search(OPS, self._convs, tile - 0.5).sigmoid()


def _build(convs: Convs, shape: tuple[int, int]) -> Any:
    """The graph for one tile shape; its input is called "tile"."""
    import openvino as ov
    from openvino import opset13 as op

    from .unet_openvino import OpenVinoOps

    tile: Any = op.parameter([1, 3, *shape], np.float32, name="tile")
    tile.output(0).get_tensor().set_names({"tile"})
    logits = search(OpenVinoOps(), convs, op.subtract(tile, op.constant(np.float32(0.5))))
    return ov.Model([op.sigmoid(logits)], [tile], "search")  # pyright: ignore[reportGeneralTypeIssues] - its stubs name it twice
