"""`infill` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    import numpy as np

    from .model import InfillModel
    from .network import Infill


class InfillFamily(Family):
    name: ClassVar[str] = "infill"
    has_light: ClassVar[bool] = True

    def network(self, architecture: Mapping[str, Any]) -> "Infill":
        from .config import InfillConfig
        from .network import Infill

        return Infill(InfillConfig(**architecture))

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float:
        from .config import InfillConfig

        return InfillConfig(**architecture).macs_per_pixel()

    def light(self, architecture: Mapping[str, Any], arrays: "Mapping[str, np.ndarray]") -> "InfillModel":
        from .config import InfillConfig
        from .model import InfillModel

        return InfillModel(InfillConfig(**architecture), arrays)


FAMILY: Final = InfillFamily()
