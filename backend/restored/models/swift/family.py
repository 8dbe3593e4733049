"""`swift` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    from .network import Swift


class SwiftFamily(Family):
    name: ClassVar[str] = "swift"

    def network(self, architecture: Mapping[str, Any]) -> "Swift":
        from .config import SwiftConfig
        from .network import Swift

        return Swift(SwiftConfig(**architecture))


FAMILY: Final = SwiftFamily()
