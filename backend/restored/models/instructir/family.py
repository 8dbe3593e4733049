"""`instructir` in the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..family import Family

if TYPE_CHECKING:
    from .network import InstructIR


class InstructIRFamily(Family):
    name: ClassVar[str] = "instructir"
    reads_text: ClassVar[bool] = True

    def network(self, architecture: Mapping[str, Any]) -> "InstructIR":
        from .network import InstructIR

        return InstructIR(**architecture)


FAMILY: Final = InstructIRFamily()
