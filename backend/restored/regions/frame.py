"""Where the pixels at hand lie in the whole picture."""

from dataclasses import dataclass
from typing import Final

from restored.ground.errors import PixelError


@dataclass(frozen=True, slots=True)
class Frame:
    """The layer at hand as a part of the whole, in shares of the whole's width and height; (0, 0, 1, 1) is all of it."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.left < self.right <= 1.0 and 0.0 <= self.top < self.bottom <= 1.0):
            raise PixelError("The part of a picture must lie inside it: left, top, right and bottom between 0 and 1.")


WHOLE: Final = Frame()
