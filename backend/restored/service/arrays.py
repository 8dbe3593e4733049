"""Pixels as they travel, and arrays as the engine works on them: the same bytes, seen in two ways."""

from typing import TYPE_CHECKING

from restored.ground.errors import PixelError
from restored_client.wire.pixels import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray


def array_of(pixels: Pixels) -> "NDArray":
    """Height x width x channels, read-only when the buffer is, without a copy."""
    import numpy as np

    from restored.engine import DEPTHS

    return np.frombuffer(pixels.view, DEPTHS[pixels.depth]).reshape(pixels.height, pixels.width, pixels.channels)


def pixels_of(image: "NDArray") -> Pixels:
    """The opposite of `array_of`, without a copy when the array is contiguous. Raises PixelError for what cannot travel."""
    import numpy as np

    from restored.engine import DEPTHS

    depth = next(name for name, dtype in DEPTHS.items() if dtype == image.dtype)
    height, width, channels = image.shape
    try:
        return Pixels(width, height, channels, depth, np.ascontiguousarray(image).reshape(-1).view(np.uint8).data)
    except ValueError as error:
        raise PixelError(str(error)) from error


def mask_of(pixels: Pixels | None) -> "NDArray | None":
    """A mask's only channel, height x width."""
    return None if pixels is None else array_of(pixels)[..., 0]
