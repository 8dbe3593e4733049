"""The colour space that a layer comes in: the engine works in sRGB, and the answer goes back as the layer came."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from restored_client.wire.order import Order
from restored_client.wire.pixels import Pixels

from .arrays import array_of, pixels_of

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class LayerSpace:
    """The colour space that a layer came in, and goes back to: its profile, and its values there."""

    profile: bytes
    original: Pixels

    @classmethod
    def of(cls, order: Order) -> "LayerSpace | None":
        """None for a layer that is as good as in sRGB."""
        profile, layer = order.profile, order.pixels
        if profile is None:
            return None
        from restored.io.colour import needs_conversion

        return cls(profile, layer) if needs_conversion(profile, layer.channels) else None

    def leave(self) -> Pixels:
        """The layer in sRGB, unclipped."""
        from restored.io.colour import to_srgb

        return pixels_of(to_srgb(array_of(self.original), self.profile))

    def back(self, pixels: Pixels | None, left: "np.ndarray | None" = None) -> Pixels | None:
        """A result in the space and depth in which the layer came; what was not changed keeps its bytes. left: as it left."""
        from restored.io.colour import from_srgb

        if pixels is None:
            return None
        return pixels_of(from_srgb(array_of(pixels), array_of(self.original), self.profile, left))
