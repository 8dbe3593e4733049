"""`infill` in torch: for training, GPUs, and CPUs without OpenVINO."""

from typing import Any

import torch
from torch import Tensor, nn

from ..base import Conditioned, ModelError, Request, Window
from ..restorer import Batch, Restorer
from ..unet import SLOPE
from ..unet_torch import OPS
from .config import InfillConfig
from .graph import conv_specs, filled
from .traits import InfillTraits


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
        """See `graph.filled`."""
        convs = {name: (conv.weight, conv.bias) for name, conv in self.convs.items() if isinstance(conv, nn.Conv2d)}
        return filled(OPS, self.config, convs, tile)

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
