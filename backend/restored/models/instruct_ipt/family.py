"""`instruct_ipt` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    from .network import InstructIPT


class InstructIPTFamily(Family):
    name: ClassVar[str] = "instruct_ipt"

    def network(self, architecture: Mapping[str, Any]) -> "InstructIPT":
        from .config import InstructIPTConfig
        from .network import InstructIPT

        return InstructIPT(InstructIPTConfig(**architecture))

    def presets(self) -> Mapping[str, Mapping[str, Any]]:
        from .config import PRESETS

        return PRESETS

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float:
        from .config import InstructIPTConfig
        from .weights import macs_per_pixel

        return macs_per_pixel(InstructIPTConfig(**architecture))


FAMILY: Final = InstructIPTFamily()
