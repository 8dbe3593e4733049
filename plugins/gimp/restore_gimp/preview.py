"""Before and after in a crop of the layer: divided by a line to drag, one at a time, or side by side; drag the picture to see
another part, enlarge the window to see more."""

from gi.repository import Gdk, GLib, Gtk

from restored_client.desk.previewstate import BESIDE, GAP, SPLIT, PreviewState

from . import showing
from .theme import classed, named, scrolled
from .words import _

NEAR = 12
"""Pixels beside the split line that still take hold of it."""

LESS, MORE = 48, 8
"""Pixels the view may be smaller or larger than its picture: a progress bar that comes or goes below costs no new preview."""

LEAST = (200, 120)
"""Size below which the view does not go: what a window on a small screen leaves for it."""

SPLIT_STEP = 0.05
PAN_STEP = 48
WHITE, BLACK = b"\xff\xff\xff", b"\x14\x14\x14"


class PreviewView(Gtk.EventBox):
    """Shows a PreviewState. `on_move()` is called when another part of the layer is to be shown."""

    _state: PreviewState  # from `show_state` on, before it is shown

    def __init__(self, view, on_move):
        super().__init__(can_focus=True, above_child=True)
        self._first_room, self._on_move = view, on_move
        self._before = self._after = self._mask = None
        self._size = self._pixels = (0, 0)
        self._times = 1
        self._drag = None
        self._image = Gtk.Image(halign=Gtk.Align.CENTER, valign=Gtk.Align.CENTER)
        self._left = self._tag(_("Before"), Gtk.Align.START)
        self._right = self._tag("", Gtk.Align.END)
        # the picture is as large as the view, but must not keep the window from getting smaller again
        frame = scrolled(self._image, hscrollbar_policy=Gtk.PolicyType.EXTERNAL, vscrollbar_policy=Gtk.PolicyType.EXTERNAL)
        overlay = Gtk.Overlay()
        overlay.add(frame)
        overlay.add_overlay(self._left)
        overlay.add_overlay(self._right)
        self.add(overlay)
        classed(self, "restore-view")
        self.set_size_request(*LEAST)
        self.set_tooltip_text(
            _(
                "Drag the line to compare, or the picture to see another part.\n"
                "Keys: ← → move the line, Shift and the arrow keys the picture; the space bar turns before and after."
            )
        )
        named(self, _("Preview: before and after"))
        self.add_events(
            Gdk.EventMask.BUTTON_PRESS_MASK
            | Gdk.EventMask.BUTTON_RELEASE_MASK
            | Gdk.EventMask.BUTTON_MOTION_MASK
            | Gdk.EventMask.POINTER_MOTION_MASK
        )
        self.connect("button-press-event", self._on_press)
        self.connect("button-release-event", self._on_release)
        self.connect("motion-notify-event", self._on_motion)
        self.connect("key-press-event", self._on_key)
        self.connect("size-allocate", lambda _widget, room: GLib.idle_add(self._on_room, room.width, room.height))

    def show_state(self, state):
        """Show the crop of this PreviewState."""
        self._state, self._before, self._after, self._mask = state, None, None, None
        self._resize()

    def _resize(self):
        """One picture has this many pixels, and all that is shown takes this many of the screen's."""
        self._pixels = self._state.small(self._state.box)
        times = self._times = max(1, round(self._state.factor))
        wide = 2 * self._pixels[0] + GAP if self._state.compare == BESIDE else self._pixels[0]
        self._size = wide * times, self._pixels[1] * times

    def refit(self):
        """Before and after are shown in another way now."""
        self._resize()
        self.redraw()

    def room(self):
        """Width and height for a picture, in the toolkit's pixels."""
        width, height = self.get_allocated_width() - 2, self.get_allocated_height() - 2
        return (width, height) if width > 1 and height > 1 else self._first_room

    @staticmethod
    def _tag(text, side):
        # hidden until there is a picture under it
        return classed(Gtk.Label(label=text, halign=side, valign=Gtk.Align.START, margin=8, no_show_all=True), "restore-tag")

    def show_before(self, data):
        """The crop as it is, sRGB bytes; what was shown as restored belongs to another crop and goes."""
        self._before, self._after, self._mask = data, None, None
        self._resize()
        self.redraw()

    def show_after(self, data):
        """The crop restored, or None while there is nothing to show."""
        self._after = data
        self.redraw()

    def say(self, text):
        """What stands on the right: "After", or what is being waited for."""
        self._right.set_text(text)
        self.redraw()

    def cover(self, mask):
        """Show where a region is: a mask of the crop, u8, or None for none."""
        if mask is not None and (mask.width, mask.height) != self._pixels:
            mask = None
        self._mask = mask
        self.redraw()

    def redraw(self):
        if self._before is None:
            return
        (width, height), state, after = self._pixels, self._state, self._after
        before, shown = self._covered(self._before), self._covered(after or self._before)
        if state.compare == BESIDE:
            data, wide = showing.beside(before, shown, width, height, GAP), 2 * width + GAP
        else:
            column, wide = round(state.split * width) if after is not None else width, width
            data = showing.split(before, shown, width, height, column)
            if after is not None and state.compare == SPLIT:
                self._draw_line(data, width, height, column)
        showing.show(self._image, data, wide, height, self._times)
        beside = state.compare == BESIDE
        self._left.set_visible(beside or (after is not None and state.split > 0.15))
        self._right.set_visible(bool(self._right.get_text()) and (beside or after is None or state.split < 0.85))

    def _covered(self, data):
        return data if self._mask is None else showing.tinted(data, self._mask.view, *self._pixels)

    def turn(self):
        """Before in place of after, or the other way round."""
        self._state.turn()
        self.redraw()

    @staticmethod
    def _draw_line(data, width, height, column):
        middle = height // 2
        showing.fill(data, width, height, column - 2, 0, 4, height, BLACK)
        showing.fill(data, width, height, column - 1, 0, 2, height, WHITE)
        for inset, colour in ((0, BLACK), (1, WHITE)):
            showing.fill(data, width, height, column - 6 + inset, middle - 20 + inset, 12 - 2 * inset, 40 - 2 * inset, colour)
        for offset in (-2, 1):
            showing.fill(data, width, height, column + offset, middle - 9, 1, 18, BLACK)

    def _on_room(self, width, height):
        """A larger window shows a larger crop; a little less room only cuts the picture's edge off."""
        factor = self.get_scale_factor()
        width, height = width * factor, height * factor
        spare = self._size[0] - width, self._size[1] - height
        if not all(-MORE * factor <= more <= LESS * factor for more in spare) and self._state.resize(width, height):
            self._on_move()
        return GLib.SOURCE_REMOVE

    def _inset(self):
        """Where the picture begins in the widget, when it is smaller than the view."""
        width, height = self._size
        factor = self.get_scale_factor()
        return (
            max(0, self.get_allocated_width() - width / factor) / 2,
            max(0, self.get_allocated_height() - height / factor) / 2,
        )

    def _wide(self):
        """The picture's width in the toolkit's pixels."""
        return max(1.0, self._size[0] / self.get_scale_factor())

    def _over_line(self, x):
        return (
            self._after is not None
            and self._state.compare == SPLIT
            and abs(x - self._inset()[0] - self._state.split * self._wide()) <= NEAR
        )

    def _on_press(self, _widget, event):
        if event.button != 1:
            return False
        self.grab_focus()
        self._drag = ("line" if self._over_line(event.x) else "picture", event.x, event.y)
        return True

    def _on_release(self, _widget, _event):
        self._drag = None
        return True

    def _on_motion(self, _widget, event):
        if self._drag is None:
            self._cursor("ew-resize" if self._over_line(event.x) else "grab")
            return False
        kind, x, y = self._drag
        if kind == "line":
            self._state.slide((event.x - self._inset()[0]) / self._wide())
            self.redraw()
        else:
            self._drag = (kind, event.x, event.y)
            factor = self.get_scale_factor() / self._state.factor
            self._pan((x - event.x) * factor, (y - event.y) * factor)
        return True

    def _cursor(self, name):
        window = self.get_window()
        if window is not None:
            window.set_cursor(Gdk.Cursor.new_from_name(self.get_display(), name))

    def _on_key(self, _widget, event):
        steps = {Gdk.KEY_Left: (-1, 0), Gdk.KEY_Right: (1, 0), Gdk.KEY_Up: (0, -1), Gdk.KEY_Down: (0, 1)}
        if event.keyval == Gdk.KEY_space:
            self.turn()
            return True
        if event.keyval not in steps:
            return False
        dx, dy = steps[event.keyval]
        if event.state & Gdk.ModifierType.SHIFT_MASK:
            self._pan(dx * PAN_STEP, dy * PAN_STEP)
        elif dx and self._state.compare == SPLIT:
            self._state.slide(self._state.split + dx * SPLIT_STEP)
            self.redraw()
        else:
            return False
        return True

    def _pan(self, dx, dy):
        if self._state.pan(dx, dy):
            self._on_move()
