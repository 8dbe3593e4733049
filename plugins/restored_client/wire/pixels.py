"""A rectangle of pixels as it travels: row-major, interleaved, at the depth it has in the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .limits import DEPTHS

MAX_SIDE: Final[int] = 1 << 20


@dataclass(frozen=True)
class Pixels:
    """Pixels of one layer, mask or preview.

    width, height: at least 1. channels: 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha (straight, not premultiplied).
    depth: a key of DEPTHS, little-endian. data: `width * height * channels` values, row-major, sRGB-encoded; anything with the
    buffer protocol, never copied by the client. A mask has one channel, depth u8 or f32. Raises ValueError when these disagree.
    """

    width: int
    height: int
    channels: int
    depth: str
    data: Any

    def __post_init__(self) -> None:
        problem = geometry_problem(self.width, self.height, self.channels, self.depth)
        if problem:
            raise ValueError(problem)
        have = memoryview(self.data).nbytes
        if have != self.nbytes:
            raise ValueError(
                f"{self.width}x{self.height} pixels with {self.channels} channels of {self.depth} "
                f"take {self.nbytes} bytes, not {have}."
            )

    @property
    def nbytes(self) -> int:
        """Bytes the data takes."""
        return self.width * self.height * self.channels * DEPTHS[self.depth]

    @property
    def view(self) -> memoryview:
        """The data as flat bytes, without a copy."""
        return memoryview(self.data).cast("B")


def geometry_problem(width: object, height: object, channels: object, depth: object) -> str:
    """Why these cannot describe pixels, or an empty string."""
    for name, value, most in (("width", width, MAX_SIDE), ("height", height, MAX_SIDE), ("channels", channels, 4)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            return f"The {name} must be a whole number from 1 to {most}."
    if not isinstance(depth, str) or depth not in DEPTHS:
        return "The depth must be one of {}.".format(", ".join(DEPTHS))
    return ""
