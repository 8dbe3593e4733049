"""Where and how much: the mask of a job as weights."""

import numpy as np

from restored.engine.picture.enlarge import enlarge_plane
from restored.engine.picture.pixels import Box, Floats, check_mask, mask_weight


class Mask:
    """Weights in [0, 1] for every pixel of a picture, converted piece by piece.

    mask: H x W (x 1) of bool, integers or floats as the layer's size, or None for "everywhere"; `scale` enlarges it with
    its layer. Raises PixelError when it does not fit.
    """

    def __init__(self, mask: np.ndarray | None, height: int, width: int, scale: int = 1) -> None:
        self._plane = None
        if mask is not None:
            plane = check_mask(mask, height, width)
            self._plane = plane if scale == 1 else enlarge_plane(mask_weight(plane), scale)

    def weight(self, box: Box, strength: float) -> float | Floats:
        """strength x mask inside the box: a number when they are the same everywhere, else h x w float32."""
        if self._plane is None:
            return strength
        weight = mask_weight(box.of(self._plane))
        weight *= np.float32(strength)
        return weight if weight.any() else 0.0
