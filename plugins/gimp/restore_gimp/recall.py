"""The instructions one has: presets and history in one searchable list."""

from gi.repository import Gtk

from restored_client.desk.history import History, Presets
from restored_client.desk.starters import STARTERS

from . import presetfiles
from .clipboard import copy
from .popping import LEAST, room
from .recallrow import RecallRow, header
from .refused import ask
from .theme import classed, named, scrolled
from .words import _

AROUND = 110
"""Height of what stands above and below the list, in the toolkit's pixels."""

SHOWN = 60
"""Entries of the history that are shown at most; the search looks through all."""


class RecallButton(Gtk.MenuButton):
    """A button that drops the list down.

    `on_choose(settings)` is called with what is chosen, `command()` gives the same as a command line, `current()` what to keep:
    maps with `instruction` and, in presets, `strength` and the edited `plan`, as in restored_client.desk.history.
    `say(sentence, bad)` is told what became of a file, or of what was copied or kept.
    """

    def __init__(self, on_choose, current, command, say):
        super().__init__(label=_("Recent and _presets"), use_underline=True)
        self._on_choose, self._current, self._command, self._say = on_choose, current, command, say
        self._renaming = None
        self.history, self._presets = History(), Presets()
        self._search = Gtk.SearchEntry(placeholder_text=_("Search"))
        self._search.connect("search-changed", lambda _entry: self._fill())
        self._search.connect("activate", lambda _entry: self._activate_first())
        self._list = classed(Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE), "restore-list")
        self._list.set_header_func(header)
        self._list.connect("row-activated", lambda _list, row: self._choose(row))
        named(self._list, _("Presets and recent instructions"))
        scroll = scrolled(self._list, hscrollbar_policy=Gtk.PolicyType.NEVER)
        self._scroll = scroll
        self._name = named(Gtk.Entry(placeholder_text=_("Name for the current text")), _("Name for the current text"))
        self._name.connect("activate", lambda _entry: self._keep())
        keep = Gtk.Button(label=_("_Keep as preset"), use_underline=True)
        keep.connect("clicked", lambda _button: self._keep())
        bottom = Gtk.Box(spacing=6)
        bottom.pack_start(self._name, True, True, 0)
        bottom.pack_start(keep, False, False, 0)
        bottom.pack_start(self._make_more(), False, False, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=8)
        for child, expand in ((self._search, False), (scroll, True), (bottom, False)):
            box.pack_start(child, expand, expand, 0)
        box.show_all()
        popover = Gtk.Popover()
        popover.add(box)
        popover.connect("show", lambda _popover: self._opened())
        self.set_popover(popover)

    def _make_more(self):
        menu, items = Gtk.Menu(), []
        for text, act in (
            (_("_Copy as a command line"), self._copy_command),
            (_("_Export presets…"), lambda: presetfiles.give_out(self._presets, self.get_toplevel(), self._say)),
            (_("_Import presets…"), lambda: presetfiles.take_in(self._presets, self.get_toplevel(), self._say)),
        ):
            item = Gtk.MenuItem(label=text, use_underline=True)
            item.connect("activate", lambda _item, act=act: self._leave(act))
            menu.append(item)
            items.append(item)
        copied, given_out, _taken_in = items
        menu.connect("show", lambda _menu: copied.set_sensitive(bool(self._current()["instruction"])))
        menu.connect("show", lambda _menu: given_out.set_sensitive(bool(self._presets.all())))
        menu.show_all()
        more = Gtk.MenuButton(popup=menu, image=Gtk.Image.new_from_icon_name("open-menu-symbolic", Gtk.IconSize.BUTTON))
        more.set_tooltip_text(_("More"))
        return named(more, _("More"))

    def _leave(self, act):
        """Close the list, so that what is said below it can be read."""
        self.get_popover().popdown()
        act()

    def _copy_command(self):
        copy(self._command())
        self._say(_("The command line is in the clipboard."), False)

    def _opened(self):
        self._renaming = None
        self._scroll.set_size_request(400, max(LEAST, min(320, room(self) - AROUND)))
        self._search.set_text("")
        self._fill()
        self._search.grab_focus()

    def _fill(self):
        for row in self._list.get_children():
            row.destroy()
        words = self._search.get_text().casefold()

        def fits(name, settings):
            return words in name.casefold() or words in str(settings.get("instruction", "")).casefold()

        for name, preset in self._presets.all().items():
            if fits(name, preset):
                self._list.add(RecallRow(_("Presets"), preset, name, None, self._forget_preset, self._rename))
        for text in self.history.list(words)[:SHOWN]:
            settings = {"instruction": text}
            self._list.add(RecallRow(_("Recent"), settings, None, self.history.picture(text), self._forget_recent))
        for name, text in STARTERS:
            if fits(_(name), {"instruction": text}):
                self._list.add(RecallRow(_("Examples"), {"instruction": text}, _(name)))
        self._list.show_all()

    def _activate_first(self):
        self._fill()  # GTK tells of the last letters a moment later only
        row = self._list.get_row_at_index(0)
        if row is not None:
            self._choose(row)

    def _choose(self, row):
        self.get_popover().popdown()
        self._on_choose(row.settings)

    def _keep(self):
        name, settings, renaming = self._name.get_text().strip(), self._current(), self._renaming
        if not name:
            self._name.grab_focus()
            return
        self._renaming = None
        known = self._presets.all().get(name)
        if renaming is not None:
            self._change(lambda: self._presets.rename(renaming, name))
        elif settings["instruction"] and known not in (None, settings):
            self._leave(lambda: self._replace(name, settings))
        elif settings["instruction"]:
            self._change(lambda: self._presets.save(name, settings))
        else:
            self._leave(lambda: self._say(_("There is no instruction to keep yet. Type one first."), True))
        self._name.set_text("")
        self._fill()

    def _replace(self, name, settings):
        """Keep settings under a name that others have, if the person says so."""
        question = _("Replace the preset “{name}”?").format(name=name)
        if ask(self.get_toplevel(), _("Presets"), question, _("_Replace")):
            self._change(lambda: self._presets.save(name, settings))

    def _change(self, act):
        """Change what is kept; what prevents it is said."""
        try:
            act()
            return
        except OSError as problem:
            sentence = presetfiles.not_kept(problem)
        except ValueError:
            sentence = _("There is a preset of that name already.")
        except KeyError:
            return  # another program has removed it meanwhile: the list shows that
        self._leave(lambda: self._say(sentence, True))

    def _rename(self, row):
        """The name is put where one is typed; *Keep* then gives it to this preset."""
        self._renaming = row.name
        self._name.set_text(row.name)
        self._name.grab_focus()

    def _forget_preset(self, row):
        self._change(lambda: self._presets.remove(row.name))
        self._fill()

    def _forget_recent(self, row):
        self._change(lambda: self.history.remove(row.text))
        self._fill()
