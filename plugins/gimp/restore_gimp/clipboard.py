"""What the window copies as text: its wish as a command line, and what a problem report needs."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk


def copy(text):
    """Put text into the clipboard; it stays there as long as this process lives, and longer where the desktop keeps it."""
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    clipboard.set_text(text, -1)
    clipboard.store()
