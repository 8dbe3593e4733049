"""The U-Net's operations in OpenVINO."""

from typing import Any

import numpy as np
from openvino import opset13 as op

from .unet import SLOPE


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
