"""How large the window is when it is shown for the first time."""

from gi.repository import Gdk

ROOM = (780, 700)
"""Size of the window where the screen has room for it."""

OF_SCREEN = 0.94
"""Part of the screen's free height and width that it takes at most."""


def _wanted_size():
    letters = max(1.0, Gdk.Screen.get_default().get_resolution() / 96)
    return round(ROOM[0] * letters), round(ROOM[1] * letters)


def good_size():
    """The window's size: what is good, or what the screen has."""
    display = Gdk.Display.get_default()
    monitor = display.get_primary_monitor() or display.get_monitor(0)
    area = monitor.get_workarea()
    width, height = _wanted_size()
    return min(width, int(area.width * OF_SCREEN)), min(height, int(area.height * OF_SCREEN) - 30)


def is_low():
    """Whether the screen has less height than would be good."""
    return good_size()[1] < _wanted_size()[1]


def is_narrow():
    """Whether the screen has less width than the window needs with its two columns."""
    return good_size()[0] < _wanted_size()[0]
