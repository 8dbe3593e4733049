"""Calls from a worker's thread into GTK's, where alone GIMP and widgets may be touched."""

from gi.repository import GLib


def in_gtk(call):
    """Run `call()` in GTK's thread, before what GTK still has to draw: the answer changes it."""

    def once():
        call()
        return GLib.SOURCE_REMOVE

    GLib.idle_add(once, priority=GLib.PRIORITY_DEFAULT)
