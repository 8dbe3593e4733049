"""`fill` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    import numpy as np

    from .model import FillModel
    from .network import Fill


class FillFamily(Family):
    name: ClassVar[str] = "fill"
    has_light: ClassVar[bool] = True

    def network(self, architecture: Mapping[str, Any]) -> "Fill":
        from .config import FillConfig
        from .network import Fill

        return Fill(FillConfig(**architecture))

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float:
        from .config import FillConfig

        return FillConfig(**architecture).macs_per_pixel()

    def light(self, architecture: Mapping[str, Any], arrays: "Mapping[str, np.ndarray]") -> "FillModel":
        from .config import FillConfig
        from .model import FillModel

        return FillModel(FillConfig(**architecture), arrays)


FAMILY: Final = FillFamily()
