"""`swift` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    import numpy as np

    from .model import SwiftModel
    from .network import Swift


class SwiftFamily(Family):
    name: ClassVar[str] = "swift"
    has_light: ClassVar[bool] = True

    def network(self, architecture: Mapping[str, Any]) -> "Swift":
        from .config import SwiftConfig
        from .network import Swift

        return Swift(SwiftConfig(**architecture))

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float:
        from .config import SwiftConfig
        from .graph import macs_per_pixel

        return macs_per_pixel(SwiftConfig(**architecture))

    def light(self, architecture: Mapping[str, Any], arrays: "Mapping[str, np.ndarray]") -> "SwiftModel":
        from .config import SwiftConfig
        from .model import SwiftModel

        return SwiftModel(SwiftConfig(**architecture), arrays)


FAMILY: Final = SwiftFamily()
