"""GIMP drawables and selections to and from Pixels, at the layer's own depth where the wire has it.

A layer that is stored as sRGB-encoded integers travels as its own bytes. Every other one (linear, another profile, half, double)
travels as unbounded float, converted to sRGB and back by babl, GIMP's own colour engine; "R'G'B' u8" would clip a wide gamut.
"""

import re
from typing import NamedTuple, Optional

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
from gi.repository import Babl, Gegl, Gimp

from restored_client.wire.pixels import DEPTHS, Pixels


class Form(NamedTuple):
    """How a drawable's pixels travel. `native` means the bytes are the drawable's own, so that nothing is ever converted."""

    babl: str
    channels: int
    depth: str
    native: bool


class Region(NamedTuple):
    """A rectangle of a layer, in the layer's coordinates; `mask` is the selection in it, None where all of it is selected."""

    x: int
    y: int
    width: int
    height: int
    mask: Optional[Pixels] = None

    @property
    def rectangle(self):
        return Gegl.Rectangle.new(self.x, self.y, self.width, self.height)


def form_of(drawable):
    """How this drawable's pixels travel. Its format's name carries its colour space unless that is sRGB."""
    name = Babl.get_name(drawable.get_format())
    match = re.fullmatch(r"(R['~]G['~]B['~]|Y['~])(A?) (u8|u16|u32)", name)
    model, colours = ("Y'", 1) if drawable.is_gray() else ("R'G'B'", 3)
    alpha = drawable.has_alpha()
    if match:
        return Form(name, colours + alpha, match.group(3), True)
    return Form(model + ("A" if alpha else "") + " float", colours + alpha, "f32", False)


PIECE = 1 << 19
"""Pixels that are read in one go where a window has to stay alive: some twenty milliseconds."""


def read(buffer, region, form):
    """The pixels of a region of a Gegl buffer. Pixels outside the buffer repeat its edge (there are none in normal use)."""
    data = buffer.get(region.rectangle, 1.0, form.babl, Gegl.AbyssPolicy.CLAMP)
    return Pixels(region.width, region.height, form.channels, form.depth, data)


def strips(region):
    """A region's full rows in pieces of at most PIECE pixels, from the top."""
    rows = max(1, PIECE // region.width)
    for top in range(0, region.height, rows):
        yield region._replace(y=region.y + top, height=min(rows, region.height - top))


def reading(buffer, region, form):
    """The same in pieces: a generator that yields after each, and returns the Pixels."""
    parts = list(strips(region))
    if len(parts) == 1:
        return read(buffer, region, form)
    row = region.width * form.channels * DEPTHS[form.depth]
    data = bytearray(row * region.height)
    for part in parts:
        top = part.y - region.y
        data[top * row : (top + part.height) * row] = read(buffer, part, form).data
        yield
    return Pixels(region.width, region.height, form.channels, form.depth, data)


def eight_bit(form):
    """The name of a form's model with 8 bits."""
    return form.babl.rsplit(" ", 1)[0] + " u8"


def has_selection(image):
    return not Gimp.Selection.is_empty(image)


def selected_bounds(image, drawable):
    """The rectangle (x, y, width, height) of the drawable in which something may be selected, all of it without a selection; None
    when the selection misses the drawable."""
    width, height = drawable.get_width(), drawable.get_height()
    if not has_selection(image):
        return 0, 0, width, height
    _hit, _some, left, top, right, bottom = Gimp.Selection.bounds(image)
    _hit, dx, dy = drawable.get_offsets()
    left, top, right, bottom = max(0, left - dx), max(0, top - dy), min(width, right - dx), min(height, bottom - dy)
    return (left, top, right - left, bottom - top) if left < right and top < bottom else None


def selected_region(image, drawable, margin):
    """What of the drawable is to be restored, with `margin` pixels around it for the network to look at; None when the selection
    misses the drawable. A generator that yields after each piece, and returns that."""
    width, height = drawable.get_width(), drawable.get_height()
    if not has_selection(image):
        return Region(0, 0, width, height)
    bounds = selected_bounds(image, drawable)
    if bounds is None:
        return None
    x, y, w, h = bounds
    left, top = max(0, x - margin), max(0, y - margin)
    box = Region(left, top, min(width, x + w + margin) - left, min(height, y + h + margin) - top)
    parts = yield from _selected(image, drawable, box)
    if all(is_zero(part) for part in parts):
        return None
    return box._replace(mask=None if all(is_full(part) for part in parts) else _stacked(parts))


def whole_selection(image, drawable):
    """The selection in all of the drawable, likewise in pieces."""
    parts = yield from _selected(image, drawable, Region(0, 0, drawable.get_width(), drawable.get_height()))
    return _stacked(parts)


def _selected(image, drawable, region):
    parts = []
    for part in strips(region):
        parts.append(selection_in(image, drawable, part))
        yield
    return parts


def _stacked(parts):
    """Masks of the same width, from the top, as one."""
    height = sum(part.height for part in parts)
    return Pixels(parts[0].width, height, 1, parts[0].depth, b"".join(part.view for part in parts))


def selection_in(image, drawable, region):
    """The selection in a region of the drawable, as it is stored: 8 bit, else float. 0 outside the image."""
    _hit, dx, dy = drawable.get_offsets()
    selection = image.get_selection()
    name, depth = ("Y u8", "u8") if Babl.get_name(selection.get_format()) == "Y u8" else ("Y float", "f32")
    place = Gegl.Rectangle.new(region.x + dx, region.y + dy, region.width, region.height)
    data = selection.get_buffer().get(place, 1.0, name, Gegl.AbyssPolicy.NONE)
    return Pixels(region.width, region.height, 1, depth, data)


def is_zero(mask):
    return not bytes(mask.data).strip(b"\0")


def is_full(mask):
    full = b"\xff" if mask.depth == "u8" else b"\0\0\x80\x3f"
    return bytes(mask.data) == full * (mask.width * mask.height)


_RUNS = {
    # runs of unselected pixels; a float 0 is four zero bytes, so pixels are stepped over in fours to stay aligned
    "u8": re.compile(rb"(\0+)"),
    "f32": re.compile(rb"((?:\0{4})+)|(?:(?!\0{4}).{4})+", re.DOTALL),
}


def unselected_runs(mask):
    """Rectangles (x, y, width, height) of the mask that together are exactly its zero pixels; equal neighbouring rows are one."""
    size = 1 if mask.depth == "u8" else 4
    view = mask.view
    row = mask.width * size
    waiting = {}
    for y in range(mask.height):
        runs = {
            (m.start(1) // size, (m.end(1) - m.start(1)) // size)
            for m in _RUNS[mask.depth].finditer(view[y * row : (y + 1) * row])
            if m.group(1) is not None
        }
        for run in [run for run in waiting if run not in runs]:
            top = waiting.pop(run)
            yield run[0], top, run[1], y - top
        for run in runs:
            waiting.setdefault(run, y)
    for (x, w), top in waiting.items():
        yield x, top, w, mask.height - top


RUNS = 256
"""Rectangles that are copied in one go where a window has to stay alive."""


def writing(target, region, form, pixels, original):
    """Put restored pixels into the Gegl buffer `target`; what the region's mask leaves out is copied from the buffer `original`.
    A generator that yields after each piece.

    The daemon already left those pixels as it got them. They are copied all the same where the layer travelled as float: the way
    to sRGB and back is exact to a float's last digit only, and "untouched" is to mean the same bytes.
    """
    row = region.width * form.channels * DEPTHS[form.depth]
    for part in strips(region):
        top = part.y - region.y
        target.set(part.rectangle, form.babl, bytes(pixels.view[top * row : (top + part.height) * row]))
        target.flush()
        yield
    if region.mask is not None and not form.native:
        for count, (x, y, w, h) in enumerate(unselected_runs(region.mask), 1):
            place = Gegl.Rectangle.new(region.x + x, region.y + y, w, h)
            original.copy(place, Gegl.AbyssPolicy.NONE, target, place)
            if count % RUNS == 0:
                yield
        target.flush()


def copying(source, target, width, height):
    """Copy a whole Gegl buffer into another: a generator that yields after each piece."""
    for part in strips(Region(0, 0, width, height)):
        source.copy(part.rectangle, Gegl.AbyssPolicy.NONE, target, part.rectangle)
        target.flush()
        yield
