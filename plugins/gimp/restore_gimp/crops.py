"""What is on show of a Target: its pixels as a person sees them, and checksums that tell when they are others."""

import zlib
from typing import Any

from restored_client.wire.pixels import Pixels

from . import miniature, pixels, showing

VIEW = (460, 384)
"""Size of a view at first, and of the part that is looked at where all of a layer is on show: what the network restores in about
half a second, and what fits a small laptop's screen."""


class OnShow:
    """The crop of a PreviewState in a Target."""

    def __init__(self, target, state):
        self._target, self._state = target, state
        self.fitted: Any = None
        """All of the layer as small as it is shown; its own pixels, in the Form that they travel in. None before it was read."""
        self._veil: Any = None

    def reading(self, form):
        """Read `fitted` where all of the layer is on show: a generator that yields now and then."""
        if self._state.reduction == 1.0:
            self.fitted = self._veil = None
            return
        scale, (width, height) = self._state.reduction, self._state.small(self._state.box)
        buffer, mask = self._target.drawable.get_buffer(), self._target.used_mask()
        data = yield from miniature.scaled_parts(buffer, width, height, scale, form.babl)
        veil = None
        if mask is not None:
            veil = yield from miniature.scaled_parts(mask.get_buffer(), width, height, scale, "Y u8")
        self.fitted, self._veil = Pixels(width, height, form.channels, form.depth, data), veil

    def is_read(self):
        """Whether the crop can be shown: one at 100 % at any time."""
        size = self._state.small(self._state.box)
        return self._state.reduction == 1.0 or (self.fitted is not None and (self.fitted.width, self.fitted.height) == size)

    def crop(self, form):
        """sRGB bytes of the crop, at the size at which it is shown."""
        x, y, _w, _h = self._state.box
        layer, (width, height) = self._target.drawable, self._state.small(self._state.box)
        if self._state.reduction != 1.0:
            data = showing.of_pixels(self.fitted, form.babl, 0, 0, width, height)
        else:
            data = showing.rgb(layer.get_buffer(), x, y, width, height, layer.has_alpha())
        return self.masked(data, x, y, width, height)

    def restored(self, want, after, form):
        """The same bytes of it restored: `after` are the Pixels that answer the desk's `want`."""
        if want.reduction < 1.0:
            x, y, left, top, width, height = 0, 0, 0, 0, after.width, after.height
        else:
            x, y, width, height = want.box
            left, top = x - want.padded[0], y - want.padded[1]
        return self.masked(showing.of_pixels(after, form.babl, left, top, width, height), x, y, width, height)

    def masked(self, data, x, y, width, height):
        """sRGB bytes of the crop, or of it restored, as the layer's mask lets them through."""
        mask = self._veil if self._state.reduction != 1.0 else self._target.layer_mask(x, y, width, height)
        return data if mask is None else showing.behind(data, mask, width, height)

    def checksums(self):
        """Of the pixels on show, of what is selected of them, and of what the layer's mask hides of them."""
        selected = self._target.mask_in(pixels.Region(*self._state.box)) if self._state.reduction == 1.0 else None
        hides = self._target.layer_mask(*self._part())
        return (
            self.glimpse(self._target.drawable),
            None if selected is None else zlib.crc32(selected.view),
            None if hides is None else zlib.crc32(hides),
            self._target.bounds(),
        )

    def glimpse(self, drawable):
        """A checksum of the crop in this drawable, or of a part of it as large as a view where all of it is on show."""
        x, y, width, height = self._part()
        return zlib.crc32(showing.rgb(drawable.get_buffer(), x, y, width, height, drawable.has_alpha()))

    def _part(self):
        x, y, width, height = self._state.box
        if self._state.reduction != 1.0:
            w, h = min(width, VIEW[0]), min(height, VIEW[1])
            return (width - w) // 2, (height - h) // 2, w, h
        return x, y, width, height
