"""`infill` as an OpenVINO graph."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from ..unet import SLOPE
from .config import PLANES, InfillConfig
from .graph import filled


def build(config: InfillConfig, convs: Mapping[str, tuple[np.ndarray, np.ndarray]], shape: tuple[int, int]) -> ov.Model:
    """The graph for one tile shape; its input is called "tile"."""
    tile: Any = op.parameter([1, PLANES, *shape], np.float32, name="tile")
    tile.output(0).get_tensor().set_names({"tile"})
    return ov.Model([filled(OpenVinoOps(), config, convs, tile)], [tile], "infill")  # pyright: ignore[reportGeneralTypeIssues] - its stubs name it twice


class OpenVinoOps:
    """The graph's operations in OpenVINO; weights arrive as arrays and become constants."""

    def conv(self, x: Any, weight: np.ndarray, bias: np.ndarray, *, stride: int) -> Any:
        pad = [weight.shape[-1] // 2 if stride == 1 else 0] * 2
        product = op.convolution(x, op.constant(np.ascontiguousarray(weight)), [stride, stride], pad, pad, [1, 1])
        return op.add(product, op.constant(np.ascontiguousarray(bias.reshape(1, -1, 1, 1))))

    def activate(self, x: Any) -> Any:
        return op.prelu(x, op.constant(np.array([SLOPE], np.float32)))

    def add(self, x: Any, y: Any) -> Any:
        return op.add(x, y)

    def multiply(self, x: Any, y: Any) -> Any:
        return op.multiply(x, y)

    def planes(self, x: Any, first: int, last: int) -> Any:
        bounds = [op.constant(np.array([each], np.int64)) for each in (first, last, 1, 1)]
        return op.slice(x, *bounds)

    def unshuffle(self, x: Any) -> Any:
        return op.space_to_depth(x, "depth_first", 2)

    def shuffle(self, x: Any) -> Any:
        return op.depth_to_space(x, "depth_first", 2)
