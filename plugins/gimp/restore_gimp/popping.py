"""What opens beside a button, inside the window: GTK cuts a popover off at the window's edges."""

from gi.repository import Gtk

from .theme import scrolled

FRAME = 48
"""Height of a popover's arrow, border and shadow, in the toolkit's pixels."""

LEAST = 80
"""Height below which nothing can be scrolled."""


def room(button):
    """How high what opens above or below a button may be, wherever there is more of it."""
    window = button.get_toplevel()
    _x, above = button.translate_coordinates(window, 0, 0) or (0, 0)
    below = window.get_allocated_height() - above - button.get_allocated_height()
    return max(LEAST, max(above, below) - FRAME)


def fitted(content, button):
    """The content of a popover of this button, to be scrolled as far as the window has no room for it."""
    made = scrolled(content, hscrollbar_policy=Gtk.PolicyType.NEVER)
    made.set_propagate_natural_width(True)
    made.set_propagate_natural_height(True)
    made.set_max_content_height(room(button))
    return made
