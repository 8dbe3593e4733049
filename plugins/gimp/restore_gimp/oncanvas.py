"""The preview on GIMP's own canvas: a layer for as long as the window has the keyboard, of which nothing stays.

It makes no undo step and does not make a saved image unsaved. Nobody can save it, paint on it or undo around it either: it goes
as soon as GIMP itself gets the keyboard, and comes back with the window's. What a plug-in that was killed leaves behind, the next
start takes away, by the mark that the layer bears.
"""

from contextlib import contextmanager

from gi.repository import Gegl, Gimp

from . import layers
from .trace import note
from .words import _

MARK = "restore-with-instruction/preview"
"""Name of the parasite on a layer that is only a preview."""


class CanvasPreview:
    """Shows a restored crop of a Target on the canvas, or takes it away again."""

    def __init__(self):
        self._image = self._layer = None

    @property
    def is_there(self):
        return self._layer is not None and self._layer.is_valid()

    def show(self, target, form, box, pixels, inset):
        """Put restored Pixels there, of which `inset` are the left and top margin that is not shown, and box what is.

        Pixels of a whole layer that was fitted into the view are fewer than its own: GIMP enlarges them, which is soft, but tells
        light, haze and colour.
        """
        self.hide()
        image, source, drawable = target.image, target.layer, target.drawable
        x, y, width, height = box
        below = target.result or source
        with _without_a_trace(image):
            coarse = pixels.width < width or pixels.height < height
            size = (pixels.width, pixels.height) if coarse else (width, height)
            layer = Gimp.Layer.new(
                image, _("Preview (no part of the picture)"), *size, layers.type_of(drawable), 100.0, _mode(target)
            )
            layer.set_opacity(100.0 if target.visible else source.get_opacity())
            whole = Gegl.Buffer.new(form.babl, 0, 0, pixels.width, pixels.height)
            whole.set(Gegl.Rectangle.new(0, 0, pixels.width, pixels.height), form.babl, bytes(pixels.data))
            buffer = layer.get_buffer()
            part = Gegl.Rectangle.new(inset[0], inset[1], *size)
            whole.copy(part, Gegl.AbyssPolicy.NONE, buffer, Gegl.Rectangle.new(0, 0, *size))
            buffer.flush()
            layer.attach_parasite(Gimp.Parasite.new(MARK, 0, b"1"))
            if target.visible:
                image.insert_layer(layer, None, 0)
            else:
                image.insert_layer(layer, below.get_parent(), image.get_item_position(below))
            if coarse:
                _enlarge(layer, width, height)
            offset = drawable.get_offsets()[1:]
            layer.set_offsets(offset[0] + x, offset[1] + y)
            layer.update(0, 0, width, height)
        self._image, self._layer = image, layer

    def hide(self):
        """Take it away, if it is there."""
        if self._image is not None and self.is_there and self._image.is_valid():
            _remove(self._image, self._layer)
        self._image = self._layer = None


class OnCanvas:
    """Keeps a CanvasPreview at what a Watching shows. may(): whether it may be shown at this moment."""

    def __init__(self, watching, may):
        self._watching, self._may = watching, may
        self._preview, self._wanted, self._drawn = CanvasPreview(), False, None

    @property
    def is_there(self):
        return self._preview.is_there

    def want(self, on):
        """The person wants it, or not any more."""
        self._wanted = on
        self.draw()

    def draw(self):
        """Show what is restored, once it is what *Restore* would give."""
        want = self._watching.fresh_crop() if self._wanted and self._may() else None
        if want is self._drawn and (want is None or self.is_there):
            return
        self._drawn = want
        if want is None:
            self._preview.hide()
        else:
            self._preview.show(self._watching.target, *self._watching.for_canvas(want))
        note("canvas", shown=want is not None)

    def leave(self):
        """Take it away now, as before the image is changed for good."""
        self._drawn = None
        self._preview.hide()


def sweep():
    """Take away what a plug-in that was killed has left in any open image; how many there were."""
    found = [(image, layer) for image in Gimp.get_images() for layer in _marked(image.get_layers())]
    for image, layer in found:
        _remove(image, layer)
    return len(found)


def _marked(some):
    for layer in some:
        if layer.get_parasite(MARK) is not None:
            yield layer
        elif layer.is_group():
            yield from _marked(layer.get_children())


def _remove(image, layer):
    with _without_a_trace(image):
        image.remove_layer(layer)


def _enlarge(layer, width, height):
    """To this size, by the quickest way that shows no squares."""
    Gimp.context_push()
    try:
        Gimp.context_set_interpolation(Gimp.InterpolationType.LINEAR)
        layer.scale(width, height, False)
    finally:
        Gimp.context_pop()


def _mode(target):
    return Gimp.LayerMode.NORMAL if target.visible else target.layer.get_mode()


@contextmanager
def _without_a_trace(image):
    """Change the image without an undo step, with the same layers chosen, and as saved as it was."""
    chosen, saved = list(image.get_selected_drawables()), not image.is_dirty()
    image.undo_freeze()
    try:
        yield
    finally:
        image.undo_thaw()
        chosen = [each for each in chosen if each.is_valid() and isinstance(each, Gimp.Layer)]
        if chosen and not isinstance(chosen[0], Gimp.LayerMask):
            image.set_selected_layers(chosen)
        if saved:
            image.clean_all()
        Gimp.displays_flush()
