"""The U-Net's operations in torch."""

from typing import Final

import torch.nn.functional as F
from torch import Tensor

from .unet import SLOPE


class TorchOps:
    """The graph's operations in torch."""

    def conv(self, x: Tensor, weight: Tensor, bias: Tensor, *, stride: int) -> Tensor:
        return F.conv2d(x, weight, bias, stride=stride, padding=weight.shape[-1] // 2 if stride == 1 else 0)

    def activate(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x, SLOPE)

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y

    def multiply(self, x: Tensor, y: Tensor) -> Tensor:
        return x * y

    def planes(self, x: Tensor, first: int, last: int) -> Tensor:
        return x[:, first:last]

    def unshuffle(self, x: Tensor) -> Tensor:
        return F.pixel_unshuffle(x, 2)

    def shuffle(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(x, 2)


OPS: Final = TorchOps()
