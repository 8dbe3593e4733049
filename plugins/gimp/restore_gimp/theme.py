"""How the window looks: a few rules over GIMP's theme, made of the theme's own text colour, so that light and dark both work."""

import gi

gi.require_version("Atk", "1.0")
from gi.repository import Atk, Gdk, Gtk

RULES = b"""
.restore-chip { border: 1px solid alpha(currentColor, 0.35); border-radius: 14px; background: alpha(currentColor, 0.08); }
.restore-chip.unsure { border-style: dashed; }
.restore-chip.weak label { opacity: 0.6; }
.restore-chip button { border: none; box-shadow: none; background: none; min-height: 0; border-radius: 14px; }
.restore-chip button { padding: 3px 9px 3px 10px; }
.restore-chip button.close { padding: 3px 7px 3px 2px; min-width: 0; opacity: 0.8; }
.restore-origin { border: 1px solid alpha(currentColor, 0.25); border-radius: 6px; padding: 4px 10px; }
.restore-chip button:hover { opacity: 1; background: alpha(currentColor, 0.12); }
.restore-chip button:focus { outline: 2px solid alpha(currentColor, 0.6); outline-offset: -3px; -gtk-outline-radius: 13px; }
.restore-dragged { padding: 4px 12px; }
.restore-tag { background: rgba(0, 0, 0, 0.6); color: #fff; border-radius: 4px; padding: 2px 8px; font-size: 90%; }
.restore-view { border: 1px solid alpha(currentColor, 0.25); }
.restore-view:focus { border-color: alpha(currentColor, 0.8); }
list.restore-list, list.restore-list row box { background: none; }
list.restore-list row:hover { background: alpha(currentColor, 0.1); }
.linked > button:checked { background: alpha(currentColor, 0.16); box-shadow: inset 0 -2px alpha(currentColor, 0.7); }
button.restore-small { padding: 2px 8px; min-height: 0; }
.restore-quiet { opacity: 0.75; font-size: 92%; }
.restore-trouble { border: 1px solid alpha(currentColor, 0.35); border-radius: 6px; padding: 8px 10px; }
textview.restore-text, textview.restore-text text { font-size: 108%; }
"""


def install():
    provider = Gtk.CssProvider()
    provider.load_from_data(RULES)
    Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)


def classed(widget, *names):
    """The widget, with CSS classes."""
    for name in names:
        widget.get_style_context().add_class(name)
    return widget


def quiet(text="", width=34):
    """A small explaining label that wraps."""
    label = Gtk.Label(label=text, xalign=0, wrap=True, max_width_chars=width)
    return classed(label, "restore-quiet")


def named(widget, name, description=""):
    """The widget, with what a screen reader says."""
    accessible = widget.get_accessible()
    if accessible is not None:
        accessible.set_name(name)
        if description:
            accessible.set_description(description)
    return widget


def scrolled(child=None, **properties):
    """A scrolled window that does not take the keyboard itself: only what is in it does."""
    made = Gtk.ScrolledWindow(can_focus=False, **properties)
    if child is not None:
        made.add(child)
    return made


def alarming(widget):
    """The widget, read out by a screen reader as soon as it is shown."""
    accessible = widget.get_accessible()
    if accessible is not None:
        accessible.set_role(Atk.Role.ALERT)
    return widget


def cross(name):
    """A flat button with the theme's own cross, and what a screen reader says of it."""
    button = Gtk.Button.new_from_icon_name("window-close-symbolic", Gtk.IconSize.MENU)
    button.set_relief(Gtk.ReliefStyle.NONE)
    button.set_valign(Gtk.Align.CENTER)
    return named(button, name)


def unnamed(widget):
    """What can have the keyboard below this widget and gives a screen reader nothing to say: a list of types."""
    found = []
    if widget.get_can_focus() and widget.get_visible() and isinstance(widget, Gtk.Widget):
        accessible = widget.get_accessible()
        says = (accessible.get_name() or accessible.get_description()) if accessible is not None else ""
        label = getattr(widget, "get_label", str)()
        if not says and not label and not isinstance(widget, (Gtk.Window, Gtk.ScrolledWindow)):
            found.append(type(widget).__name__)
    if isinstance(widget, Gtk.Container):
        for child in widget.get_children():
            found += unnamed(child)
    return found


def controls(window):
    """What there is in a window, for tests: type, what a screen reader says, whether it takes the keyboard, its rectangle (x, y,
    width, height) in the window, in the screen's pixels, and whether it can be used and is not scrolled out of sight."""
    found, factor = [], window.get_scale_factor()

    def place(widget):
        corner = widget.translate_coordinates(window, 0, 0) or (0, 0)
        return (*corner, widget.get_allocated_width(), widget.get_allocated_height())

    def walk(widget, seen):
        if not widget.get_mapped():
            return
        if widget.get_can_focus() or isinstance(widget, Gtk.Label):
            name = (widget.get_accessible().get_name() if widget.get_accessible() else "") or ""
            usable, room = widget.is_sensitive(), place(widget)
            box = [each * factor for each in room]
            found.append([type(widget).__name__, name, widget.get_can_focus() and usable, box, usable and _inside(room, seen)])
        if isinstance(widget, Gtk.Container):
            within = _common(place(widget), seen) if isinstance(widget, Gtk.ScrolledWindow) else seen
            widget.forall(lambda child: walk(child, within))

    walk(window, place(window))
    return found


def _common(one, other):
    """The rectangle that lies in both."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = (min(one[side] + one[side + 2], other[side] + other[side + 2]) for side in (0, 1))
    return left, top, max(0, right - left), max(0, bottom - top)


def _inside(room, seen):
    (x, y, width, height), (left, top, wide, high) = room, seen
    return left <= x and top <= y and x + width <= left + wide and y + height <= top + high
