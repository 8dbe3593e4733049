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

    def presets(self) -> Mapping[str, Mapping[str, Any]]:
        return {"paper": {}, "toy": TOY}

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float:
        """A NAFBlock takes 6 c^2 + 18 c per cell; each step down or up 2 c^2 per cell of the finer level."""
        shape = {**PAPER, **architecture}
        width, levels = shape["width"], len(shape["encoder"])
        total = 2.0 * 27 * width
        for level, (down, up) in enumerate(zip(shape["encoder"], reversed(shape["decoder"]), strict=True)):
            c = width * 2**level
            # the blocks, one more in each condition block, and the way down and up
            total += ((down + up + 2) * _block(c) + 4 * c * c) / 4**level
        return total + shape["middle"] * _block(width * 2**levels) / 4**levels


PAPER: Final[Mapping[str, Any]] = {"width": 32, "encoder": (2, 2, 4, 8), "middle": 4, "decoder": (2, 2, 2, 2)}
TOY: Final[Mapping[str, Any]] = {"width": 16, "encoder": (1, 1, 1, 2), "middle": 1, "decoder": (1, 1, 1, 1), "text_dim": 64}


def _block(c: int) -> float:
    return 6.0 * c * c + 18 * c


FAMILY: Final = InstructIRFamily()
