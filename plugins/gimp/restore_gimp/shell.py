"""The dialog around what it shows: its buttons, its size, and the keys that work everywhere in it."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import Gdk, GimpUi, Gtk

from . import help
from .field import RETURN
from .opening import good_size, is_narrow
from .theme import scrolled
from .words import _

ROLE = "restore-with-instruction"

SIDE = 238
"""Width of the column beside the preview, in the toolkit's pixels."""

PICTURE = 240
"""Least height of the picture with what belongs to it, where all of the window is one column."""


class Shell:
    """`dialog` is GIMP's; restore() and leave() are called by its buttons; keys: what further keys do, by key value."""

    def __init__(self, restore, leave, settings, keys):
        self._restore, self._leave = restore, leave
        self._keys = {Gdk.KEY_F1: lambda: self.dialog.response(Gtk.ResponseType.HELP), **keys}
        self.dialog = GimpUi.Dialog(use_header_bar=False, title=_("Restore with instruction"), role=ROLE)
        self.dialog.add_button(_("_Help"), Gtk.ResponseType.HELP)
        self.dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        ok = self.dialog.add_button(_("_Restore"), Gtk.ResponseType.OK)
        assert isinstance(ok, Gtk.Button)
        self.ok = ok
        self.ok.set_tooltip_text(_("Return in the instruction, or Ctrl+Return"))
        self.ok.get_style_context().add_class("suggested-action")
        self.dialog.set_default_response(Gtk.ResponseType.OK)
        area = self.dialog.get_action_area()
        assert isinstance(area, Gtk.ButtonBox)
        area.pack_start(settings, False, False, 0)
        area.set_child_secondary(settings, True)
        self.dialog.set_resizable(True)
        self.dialog.set_default_size(*good_size())
        self.dialog.connect("response", self._on_response)
        self.dialog.connect("delete-event", lambda *_args: True)
        self.dialog.connect("key-press-event", self._on_key)
        GimpUi.window_set_transient(self.dialog)

    def fill(self, top, picture, side, bottom, crowded):
        """Widgets, from the top: `top`, then the `picture` beside the column `side`, then `bottom`.

        crowded: there is little height for all that, so that the column stands beside everything. Where there is no room for a
        column beside anything, all but the last of `bottom` and the buttons is one column to scroll.
        """
        area = self.dialog.get_content_area()
        if is_narrow():
            picture.set_size_request(-1, PICTURE)
            *others, last = bottom
            column = _below(*top, picture, *others, side, grows=picture)
            column.set_border_width(10)
            last.set_property("margin", 10)
            area.pack_start(scrolled(column), True, True, 0)
            area.pack_start(last, False, False, 0)
            return
        side.set_size_request(SIDE, -1)
        side = scrolled(side, hscrollbar_policy=Gtk.PolicyType.NEVER)
        middle = picture if crowded else _beside(picture, side)
        content = _below(*top, middle, *bottom, grows=middle)
        whole = _beside(content, side) if crowded else content
        whole.set_border_width(10)
        area.pack_start(whole, True, True, 0)

    def press(self):
        """As if *Restore* was pressed, if it can be."""
        if self.ok.get_sensitive():
            self.dialog.response(Gtk.ResponseType.OK)

    def _on_key(self, _dialog, event):
        if event.keyval in RETURN and event.state & Gdk.ModifierType.CONTROL_MASK:
            self.press()
            return True
        if event.keyval in self._keys:
            self._keys[event.keyval]()
            return True
        return False

    def _on_response(self, _dialog, response):
        if response == Gtk.ResponseType.OK:
            self._restore()
        elif response == Gtk.ResponseType.HELP:
            help.open_manual(self.dialog)
        else:
            self._leave()


def _beside(main, side):
    row = Gtk.Box(spacing=10)
    row.pack_start(main, True, True, 0)
    row.pack_start(side, False, False, 0)
    return row


def _below(*widgets, grows):
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    for child in widgets:
        column.pack_start(child, child is grows, child is grows, 0)
    return column
