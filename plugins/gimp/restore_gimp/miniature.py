"""A layer, or a part of it, small: what the whole of it looks like, for the engine and for previews."""

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl

from restored_client.wire.limits import CONTEXT_SIDE
from restored_client.wire.pixels import Pixels

from .pixels import PIECE, eight_bit


def read_at(buffer, x, y, width, height, scale, form):
    """A part of a Gegl buffer at `scale`, as `width` x `height` pixels; x and y are of the buffer at that scale."""
    data = buffer.get(Gegl.Rectangle.new(x, y, width, height), scale, form.babl, Gegl.AbyssPolicy.CLAMP)
    return Pixels(width, height, form.channels, form.depth, data)


def context_parts(buffer, width, height, form):
    """The whole layer at most 256 px wide or high, 8 bit, alpha included, by which the engine judges haze, light and colour: a
    generator that yields after a few rows, and returns the Pixels."""
    scale = min(1.0, CONTEXT_SIDE / max(width, height))
    w, h = max(1, int(width * scale)), max(1, int(height * scale))
    data = yield from scaled_parts(buffer, w, h, scale, eight_bit(form))
    return Pixels(w, h, form.channels, "u8", data)


def scaled_parts(buffer, width, height, scale, babl):
    """A whole Gegl buffer at `scale`, as bytes of so many pixels: a generator that yields after a few rows, and returns them."""
    rows, data = max(1, int(PIECE * scale * scale) // width), []
    for top in range(0, height, rows):
        place = Gegl.Rectangle.new(0, top, width, min(rows, height - top))
        data.append(buffer.get(place, scale, babl, Gegl.AbyssPolicy.CLAMP))
        yield
    return b"".join(data)
