"""The window's settings as a person likes to begin with: kept, brought back, or as they came, as GIMP's own filters have it."""

from gi.repository import Gtk

from restored_client.desk.history import Usual
from restored_client.desk.wish import Wish

from .theme import named
from .words import _

FACTORY = {name: value for name, value in Wish().recall().items() if name not in ("plan", "model", "find")}
"""What the window has, as it comes: `Filling.all_settings` gives such a map."""


class SettingsButton(Gtk.MenuButton):
    """`current()` gives a map like FACTORY, `take(settings)` shows one."""

    def __init__(self, current, take):
        super().__init__(label=_("S_ettings"), use_underline=True)
        self._usual = Usual()
        menu = Gtk.Menu()
        menu.connect("show", lambda _menu: self._load.set_sensitive(self._usual.get() is not None))
        for text, act in (
            (_("_Reset to factory settings"), lambda: take(dict(FACTORY))),
            (_("_Load my saved settings"), lambda: take({**FACTORY, **(self._usual.get() or {})})),
            (_("_Save these settings"), lambda: self._usual.keep({name: current()[name] for name in FACTORY})),
        ):
            item = Gtk.MenuItem(label=text, use_underline=True)
            item.connect("activate", lambda _item, act=act: act())
            menu.append(item)
        self._load = menu.get_children()[1]
        menu.show_all()
        self.set_popup(menu)
        self.set_direction(Gtk.ArrowType.UP)
        named(self, _("Settings"))
