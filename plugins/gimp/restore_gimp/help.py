"""The manual: what opens with F1 and the Help button."""

from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import GimpUi, Gio, GLib, Gtk

from .words import _

MANUAL = Path(__file__).resolve().parent.parent / "manual.html"


def open_manual(parent):
    """Show the manual in the user's browser, or where it lies when there is none."""
    try:
        # not Gtk.show_uri_on_window: that says nothing where no program opens such files
        Gio.AppInfo.launch_default_for_uri(MANUAL.as_uri(), None)
    except GLib.Error:
        if parent is None:  # called from GIMP's menu: nothing has taken over GIMP's theme yet
            GimpUi.init("restore-with-instruction")
        message = Gtk.MessageDialog(
            title=_("Restore with instruction"),
            transient_for=parent,
            modal=True,
            buttons=Gtk.ButtonsType.CLOSE,
            text=_("The manual could not be opened. It lies here:"),
            secondary_text=str(MANUAL),
        )
        message.run()
        message.destroy()
