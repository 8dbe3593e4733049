"""Keeps the preview at the layer: reads crops of it, has the desk ask for them restored, and shows what the desk says.

The image may be worked on while the window is open: `notice` sees another selection and other pixels.
"""

import zlib

from restored_client.desk import desk as desks
from restored_client.desk.conversation import Look
from restored_client.desk.masks import shrunk
from restored_client.desk.previewstate import PreviewState

from . import pixels, raster
from .navigator import Navigator
from .preview import PreviewView
from .trace import note
from .words import _

VIEW = (460, 384)
"""Size of the preview at first: what the network restores in about half a second, and what fits a small laptop's screen."""

MARGIN = 26
"""Pixels around the preview's crop that are restored with it: together at most 512."""


class Watching(desks.Line):
    """`view` and `navigator` are the widgets; both are empty until `begin`. `target` is an apply.Target."""

    def __init__(self, target, conversation):
        self._conversation = conversation
        self.desk = None
        self._drawn = None
        self._seen = None
        self.view = PreviewView(VIEW, self._moved)
        self.navigator = Navigator(self._moved)
        self._set(target)

    def _set(self, target):
        self.target = target
        self._form = None
        self.context = None
        layer = target.layer
        factor = self.view.get_scale_factor()
        room = self.view.room()
        zoom = 1.0 if self.desk is None else self.desk.zoom
        view = room[0] * factor, room[1] * factor
        self._state = PreviewState(layer.get_width(), layer.get_height(), view, MARGIN, zoom)
        self.view.set_state(self._state)
        self.navigator.set_layer(self._state, layer)

    def turn(self, target):
        """Look at another layer from now on."""
        self._set(target)
        self.begin()

    def begin(self):
        """Read what needs the whole layer: takes up to a second for a large one, so the window is shown before."""
        if self._lost():
            return
        layer = self.target.layer
        self._form = pixels.form_of(layer)
        bounds = self.target.bounds()
        if bounds is not None:
            x, y, w, h = bounds
            self._state.centre(x + w / 2, y + h / 2)
        self._look_again()
        self.navigator.look()
        self.context = pixels.context(layer.get_buffer(), layer.get_width(), layer.get_height(), self._form)
        self.desk.look_at(self._state)
        self.desk.ask_again()

    def zoom(self, zoom):
        """Show the preview larger or smaller."""
        if self._lost() or self._form is None:
            return
        self.desk.zoom = zoom
        if self._state.set_zoom(zoom):
            self._moved()

    def notice(self):
        """Whether the selection or the pixels on show are others than before; then they are shown anew."""
        if self.context is None or self._lost():
            return False
        layer = self.target.layer
        if (layer.get_width(), layer.get_height()) != (self._state.width, self._state.height):
            self._set(self.target)
            self.begin()
            return True
        if self._checksum() == self._seen:
            return False
        note("repainted")
        self._form = pixels.form_of(layer)
        self.context = pixels.context(layer.get_buffer(), layer.get_width(), layer.get_height(), self._form)
        self._look_again()
        self.navigator.look()
        self.desk.repainted()
        return True

    # --- what the desk asks for ---

    def ask_plan(self, text):
        if self.context is not None:
            self._conversation.explain(text, self.context, self.desk.standing)

    def drop_plan(self):
        self._conversation.drop_plan()

    def ask_preview(self, want):
        if self._lost():
            return
        region = pixels.Region(*want.padded)
        buffer, mask = self.target.layer.get_buffer(), self.target.mask_in(region)
        if want.scale == 1.0:
            crop = pixels.read(buffer, region, self._form)
        else:
            size = self._state.small(want.padded)
            crop = pixels.read_small(buffer, *size, want.scale, self._form)
            mask = None if mask is None else shrunk(mask, *size)
        self._conversation.preview(Look(want, crop, mask, self.context))

    def drop_preview(self):
        self._conversation.drop_preview()

    # --- showing ---

    def show(self):
        """Draw what the desk has to show."""
        desk = self.desk
        if desk.preview is None:
            return
        if desk.shown is not self._drawn:
            self._drawn = desk.shown
            self._show_after(desk)
        tags = {
            desks.FRESH: _("After"),
            desks.UPDATING: _("Updating…"),
            desks.NOTHING: _("Nothing to do"),
            desks.FAILED: _("No preview"),
        }
        self.view.say(tags.get(desk.phase, ""))

    def _show_after(self, desk):
        want = desk.shown
        if want is None or self._lost():
            self.view.show_after(None)
            return
        x, y, w, h = want.box
        if desk.after is None:
            self.view.show_after(self._crop())
        elif want.scale < 1.0:
            self.view.show_after(raster.of_pixels(desk.after, self._form, 0, 0, desk.after.width, desk.after.height))
        else:
            left, top = x - want.padded[0], y - want.padded[1]
            self.view.show_after(raster.of_pixels(desk.after, self._form, left, top, w, h))
        note("preview", box=list(want.box), strength=want.strength, adjusted=want.job is not None)

    def _lost(self):
        """Whether the layer has gone, as images can be closed at any time; then the picture says so."""
        gone = not self.target.is_there()
        if gone and self.desk is not None and self.desk.preview is not None:
            note("lost")
            self.view.show_after(None)
            self.view.say(_("The layer is gone"))
            self.desk.look_at(None, _("The layer is gone"))
        return gone

    def _moved(self):
        if self._lost() or self._form is None:
            return
        self.navigator.draw()
        self._look_again()
        self.desk.moved()

    def _look_again(self):
        self.view.show_before(self._crop())
        self._drawn = None
        self._seen = self._checksum()

    def _crop(self):
        x, y, _w, _h = self._state.box
        layer, size = self.target.layer, self._state.small(self._state.box)
        return raster.rgb(layer.get_buffer(), x, y, *size, layer.has_alpha(), self._state.scale)

    def _checksum(self):
        """Of the pixels on show and of what is selected of them."""
        region = pixels.Region(*self._state.box)
        seen = zlib.crc32(self._crop())
        mask = self.target.mask_in(region)
        return seen, None if mask is None else zlib.crc32(mask.view), self.target.bounds()
