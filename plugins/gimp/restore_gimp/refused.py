"""A small window of our own for what cannot be done, in place of GIMP's red box."""

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import GimpUi, Gtk

from .words import _


def show_refusal(sentence):
    """Say why nothing can be restored, and wait until it was read."""
    GimpUi.init("restore-with-instruction")
    message = Gtk.MessageDialog(
        message_type=Gtk.MessageType.INFO,
        buttons=Gtk.ButtonsType.CLOSE,
        title=_("Restore with instruction"),
        text=sentence,
    )
    GimpUi.window_set_transient(message)
    message.run()
    message.destroy()
