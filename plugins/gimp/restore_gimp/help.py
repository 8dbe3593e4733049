"""The manual: what opens with F1 and the Help button."""

from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk

from .words import _

MANUAL = Path(__file__).resolve().parent.parent / "manual.html"


def open_manual(parent):
    """Show the manual in the user's browser, or where it lies when there is none."""
    try:
        Gtk.show_uri_on_window(parent, MANUAL.as_uri(), Gdk.CURRENT_TIME)
    except GLib.Error:
        message = Gtk.MessageDialog(
            transient_for=parent,
            modal=True,
            buttons=Gtk.ButtonsType.CLOSE,
            text=_("The manual could not be opened. It lies here:"),
            secondary_text=str(MANUAL),
        )
        message.run()
        message.destroy()
