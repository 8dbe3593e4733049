"""What the engine plans with of `infill`, known from its configuration alone."""

from typing import ClassVar

from ..base import Model
from .config import PLANES, InfillConfig


class InfillTraits(Model):
    """What the network and its light form have in common."""

    family: ClassVar[str] = "infill"
    has_graph: ClassVar[bool] = True
    planes: ClassVar[int] = PLANES
    composite = False
    tasks = ("inpaint",)
    config: InfillConfig

    def _take_traits(self, config: InfillConfig) -> None:
        self.config = config
        self.stride = config.stride
        self.halo = config.halo
