"""What is on show of a Target: its pixels as a person sees them, and checksums that tell when they are others."""

import zlib

from . import pixels, raster

VIEW = (460, 384)
"""Size of a view at first, and of the part that is looked at where all of a layer is on show: what the network restores in about
half a second, and what fits a small laptop's screen."""


class OnShow:
    """The crop of a PreviewState in a Target."""

    def __init__(self, target, state):
        self._target, self._state = target, state

    def crop(self):
        """sRGB bytes of the crop, at the size at which it is shown."""
        x, y, _w, _h = self._state.box
        layer, (width, height) = self._target.drawable, self._state.small(self._state.box)
        data = raster.rgb(layer.get_buffer(), x, y, width, height, layer.has_alpha(), self._state.scale)
        return self.masked(data, x, y, width, height)

    def masked(self, data, x, y, width, height):
        """sRGB bytes of a part as the layer's mask lets them through; x and y are of the layer at the preview's scale."""
        mask = self._target.layer_mask(x, y, width, height, self._state.scale)
        return data if mask is None else raster.behind(data, mask, width, height)

    def checksums(self):
        """Of the pixels on show, of what is selected of them, and of what the layer's mask hides of them."""
        x, y, _w, _h = self._state.box
        selected = self._target.mask_in(pixels.Region(*self._state.box)) if self._state.scale == 1.0 else None
        hides = self._target.layer_mask(x, y, *self._state.small(self._state.box), self._state.scale)
        return (
            self.glimpse(self._target.drawable),
            None if selected is None else zlib.crc32(selected.view),
            None if hides is None else zlib.crc32(hides),
            self._target.bounds(),
        )

    def glimpse(self, drawable):
        """A checksum of the crop in this drawable, or of a part of it as large as a view where all of it is on show."""
        x, y, width, height = self._state.box
        if self._state.scale != 1.0:
            w, h = min(width, VIEW[0]), min(height, VIEW[1])
            x, y, width, height = (width - w) // 2, (height - h) // 2, w, h
        return zlib.crc32(raster.rgb(drawable.get_buffer(), x, y, width, height, drawable.has_alpha()))
