"""`infill` in torch: for training, GPUs, and CPUs without OpenVINO."""

from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..base import Conditioned, ModelError, Request, Window
from ..restorer import Batch, Restorer
from .config import InfillConfig
from .graph import SLOPE, conv_specs, unet
from .model import InfillTraits


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


class Infill(InfillTraits, Restorer):
    """The network of the `infill` family. Without arguments: the configuration that ships."""

    def __init__(self, config: InfillConfig | None = None) -> None:
        super().__init__()
        self._take_traits(config or InfillConfig())
        self.convs = nn.ModuleDict()
        for spec in conv_specs(self.config):
            conv = nn.Conv2d(spec.channels_in, spec.channels_out, spec.kernel, stride=spec.stride)
            nn.init.kaiming_normal_(conv.weight, a=SLOPE)
            with torch.no_grad():
                conv.weight.mul_(spec.gain)
                if conv.bias is not None:
                    conv.bias.zero_()
            self.convs[spec.name] = conv

    def forward(self, tile: Tensor) -> Tensor:
        """See `graph.unet`."""
        convs = {name: (conv.weight, conv.bias) for name, conv in self.convs.items() if isinstance(conv, nn.Conv2d)}
        return unet(OPS, self.config, convs, tile)

    def condition(self, request: Request) -> Conditioned:
        return _Conditioned(self)

    def architecture(self) -> dict[str, Any]:
        return self.config.to_dict()

    def train_on(self, batch: Batch, embedding: Tensor | None = None) -> Tensor:
        raise ModelError("An infill model is trained on pictures with holes: restored-train filling.")


class _Conditioned(Conditioned):
    def __init__(self, network: Infill) -> None:
        self._network = network

    def forward(self, tile: Tensor, window: Window, guess: Tensor | None = None) -> Tensor:
        return self._network(tile)
