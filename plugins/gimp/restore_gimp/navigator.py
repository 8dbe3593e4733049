"""The whole layer, small, with the preview's crop framed: click or drag to look elsewhere."""

from gi.repository import Gdk, GdkPixbuf, Gtk

from restored_client.desk.previewstate import PreviewState

from . import showing
from .opening import is_low
from .theme import classed, named
from .words import _

SIZE, LOW = (216, 100), (216, 68)
"""Room for it, and on a screen where all must be lower to be in sight."""

PAN = 0.1
"""Part of the layer that an arrow key moves the crop by."""


class Navigator(Gtk.EventBox):
    """`on_move()` is called when the crop was moved. Takes its room at once; `fill` fills it."""

    _state: PreviewState  # from `set_layer` on, before it is shown

    def __init__(self, on_move):
        super().__init__(can_focus=True, halign=Gtk.Align.CENTER)
        self._on_move = on_move
        self._data = None
        self._image = Gtk.Image()
        self.add(self._image)
        classed(self, "restore-view")
        self.set_tooltip_text(_("Click where the preview should look."))
        named(self, _("Overview: arrow keys move the preview"))
        self.add_events(Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON_MOTION_MASK)
        self.connect("button-press-event", self._on_point)
        self.connect("motion-notify-event", self._on_point)
        self.connect("key-press-event", self._on_key)

    def set_layer(self, state):
        """Make room for this PreviewState's layer, whose crop will be framed."""
        self._state, self._data = state, None
        wide, high = LOW if is_low() else SIZE
        self._scale = min(1.0, wide / state.width, high / state.height)
        self._width, self._height = max(1, int(state.width * self._scale)), max(1, int(state.height * self._scale))
        self.set_size_request(self._width, self._height)

    def fill(self, data, size):
        """The whole layer as sRGB bytes, as small as `size` (with `width` and `height`) says."""
        small = showing.pixbuf(data, size.width, size.height)
        small = small.scale_simple(self._width, self._height, GdkPixbuf.InterpType.BILINEAR)
        self._data = showing.rows_of(small, self._width, self._height)
        self.redraw()

    def redraw(self):
        if self._data is None:
            return
        data = bytearray(self._data)
        x, y, w, h = (value * self._scale for value in self._state.box)
        x, y, w, h = round(x), round(y), max(4, round(w)), max(4, round(h))
        showing.frame(data, self._width, self._height, x - 1, y - 1, w + 2, h + 2, b"\x14\x14\x14")
        showing.frame(data, self._width, self._height, x, y, w, h, b"\xff\xff\xff")
        self._image.set_from_pixbuf(showing.pixbuf(data, self._width, self._height))

    def _on_point(self, _widget, event):
        self.grab_focus()
        if self._state.centre(event.x / self._scale, event.y / self._scale):
            self._on_move()
        return True

    def _on_key(self, _widget, event):
        steps = {Gdk.KEY_Left: (-1, 0), Gdk.KEY_Right: (1, 0), Gdk.KEY_Up: (0, -1), Gdk.KEY_Down: (0, 1)}
        if event.keyval not in steps:
            return False
        dx, dy = steps[event.keyval]
        if self._state.pan(dx * PAN * self._state.width, dy * PAN * self._state.height):
            self._on_move()
        return True
