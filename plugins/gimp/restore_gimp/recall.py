"""The instructions one has: presets and history in one searchable list."""

import contextlib
from pathlib import Path

from gi.repository import Gtk, Pango

from restored_client.desk.history import History, Presets
from restored_client.desk.starters import STARTERS

from .refused import copy
from .theme import classed, cross, named
from .words import _

SHOWN = 60
"""Entries of the history that are shown at most; the search looks through all."""

SHOWN_LETTERS = 120
"""Letters of an instruction that a row holds: laying out one of 100 kB takes seconds."""


class RecallButton(Gtk.MenuButton):
    """A button that drops the list down.

    `on_choose(settings)` is called with what is chosen, `command()` gives the same as a command line, `current()` what to keep:
    maps with `instruction` and, in presets, `strength` and the edited `plan`, as in restored_client.desk.history.
    """

    def __init__(self, on_choose, current, command):
        super().__init__(label=_("Recent and _presets"), use_underline=True)
        self._on_choose, self._current, self._command = on_choose, current, command
        self._renaming = None
        self.history, self._presets = History(), Presets()
        self._search = Gtk.SearchEntry(placeholder_text=_("Search"))
        self._search.connect("search-changed", lambda _entry: self._fill())
        self._search.connect("activate", lambda _entry: self._activate_first())
        self._list = classed(Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE), "restore-list")
        self._list.set_header_func(_header)
        self._list.connect("row-activated", lambda _list, row: self._choose(row))
        named(self._list, _("Presets and recent instructions"))
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_size_request(400, 320)
        scrolled.add(self._list)
        self._name = Gtk.Entry(placeholder_text=_("Name for the current text"))
        self._name.connect("activate", lambda _entry: self._keep())
        keep = Gtk.Button(label=_("_Keep as preset"), use_underline=True)
        keep.connect("clicked", lambda _button: self._keep())
        bottom = Gtk.Box(spacing=6)
        bottom.pack_start(self._name, True, True, 0)
        bottom.pack_start(keep, False, False, 0)
        bottom.pack_start(self._make_more(), False, False, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=8)
        for child, expand in ((self._search, False), (scrolled, True), (bottom, False)):
            box.pack_start(child, expand, expand, 0)
        box.show_all()
        popover = Gtk.Popover()
        popover.add(box)
        popover.connect("show", lambda _popover: self._opened())
        self.set_popover(popover)

    def _make_more(self):
        menu = Gtk.Menu()
        for text, act in (
            (_("_Copy as a command line"), self._copy_command),
            (_("_Export presets…"), self._export),
            (_("_Import presets…"), self._import),
        ):
            item = Gtk.MenuItem(label=text, use_underline=True)
            item.connect("activate", lambda _item, act=act: act())
            menu.append(item)
        menu.show_all()
        more = Gtk.MenuButton(popup=menu, image=Gtk.Image.new_from_icon_name("open-menu-symbolic", Gtk.IconSize.BUTTON))
        more.set_tooltip_text(_("More"))
        return named(more, _("More"))

    def _copy_command(self):
        copy(self._command())
        self.get_popover().popdown()

    def _ask_for_file(self, title, action):
        accept = _("_Save") if action == Gtk.FileChooserAction.SAVE else _("_Open")
        chooser = Gtk.FileChooserDialog(title=title, transient_for=self.get_toplevel(), action=action)
        chooser.add_buttons(_("_Cancel"), Gtk.ResponseType.CANCEL, accept, Gtk.ResponseType.ACCEPT)
        chooser.set_do_overwrite_confirmation(True)
        if action == Gtk.FileChooserAction.SAVE:
            chooser.set_current_name("presets.json")
        name = chooser.get_filename() if chooser.run() == Gtk.ResponseType.ACCEPT else None
        chooser.destroy()
        return None if name is None else Path(name)

    def _export(self):
        path = self._ask_for_file(_("Export presets"), Gtk.FileChooserAction.SAVE)
        self._say_file(path and self._presets.give_out, path)

    def _import(self):
        path = self._ask_for_file(_("Import presets"), Gtk.FileChooserAction.OPEN)
        self._say_file(path and self._presets.take_in, path)
        self._fill()

    def _say_file(self, act, path):
        """Read or write a file of presets; what goes wrong is said in the list's place for a name."""
        if path is None:
            return
        try:
            act(path)
        except (OSError, ValueError) as problem:
            self._name.set_placeholder_text(_("This file holds no presets.") if isinstance(problem, ValueError) else str(problem))

    def _opened(self):
        self._renaming = None
        self._search.set_text("")
        self._fill()
        self._search.grab_focus()

    def _fill(self):
        for row in self._list.get_children():
            row.destroy()
        words = self._search.get_text().casefold()
        own = [(name, preset, self._forget_preset) for name, preset in self._presets.all().items()]
        starters = [(_(name), {"instruction": text}, None) for name, text in STARTERS]
        for name, preset, forget in own + starters:
            if words in name.casefold() or words in str(preset.get("instruction", "")).casefold():
                self._list.add(_Row(_("Presets"), preset, name, forget, self._rename if forget else None))
        for text in self.history.list(words)[:SHOWN]:
            self._list.add(_Row(_("Recent"), {"instruction": text}, None, self._forget_recent))
        self._list.show_all()

    def _activate_first(self):
        row = self._list.get_row_at_index(0)
        if row is not None:
            self._choose(row)

    def _choose(self, row):
        self.get_popover().popdown()
        self._on_choose(row.settings)

    def _keep(self):
        name, settings, renaming = self._name.get_text().strip(), self._current(), self._renaming
        self._renaming = None
        if name and renaming is not None:
            with contextlib.suppress(ValueError, KeyError):  # a taken name: nothing is renamed
                self._presets.rename(renaming, name)
        elif name and settings["instruction"]:
            self._presets.save(name, settings)
        self._name.set_text("")
        self._fill()

    def _rename(self, row):
        """The name is put where one is typed; *Keep* then gives it to this preset."""
        self._renaming = row.name
        self._name.set_text(row.name)
        self._name.grab_focus()

    def _forget_preset(self, row):
        self._presets.remove(row.name)
        self._fill()

    def _forget_recent(self, row):
        self.history.remove(row.text)
        self._fill()


class _Row(Gtk.ListBoxRow):
    def __init__(self, section, settings, name, on_forget, on_rename=None):
        super().__init__()
        self.section, self.settings, self.name = section, settings, name
        self.text = str(settings.get("instruction", ""))
        shown = " ".join(self.text[:SHOWN_LETTERS].split())
        words = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, border_width=4)
        if name:
            words.add(Gtk.Label(label=name, xalign=0))
        line = Gtk.Label(label=shown, xalign=0, ellipsize=Pango.EllipsizeMode.END)
        words.add(classed(line, "restore-quiet") if name else line)
        box = Gtk.Box()
        box.pack_start(words, True, True, 0)
        if on_rename is not None:
            rename = Gtk.Button.new_from_icon_name("document-edit-symbolic", Gtk.IconSize.MENU)
            rename.set_relief(Gtk.ReliefStyle.NONE)
            rename.set_valign(Gtk.Align.CENTER)
            rename.set_tooltip_text(_("Rename this preset"))
            rename.connect("clicked", lambda _button: on_rename(self))
            box.pack_start(named(rename, _("Rename this preset")), False, False, 0)
        if on_forget is not None:
            forget = cross(_("Forget this one"))
            forget.set_tooltip_text(_("Forget this one"))
            forget.connect("clicked", lambda _button: on_forget(self))
            box.pack_start(forget, False, False, 0)
        self.add(box)
        named(self, f"{name}: {shown}" if name else shown)


def _header(row, before):
    if before is None or before.section != row.section:
        label = classed(Gtk.Label(label=row.section, xalign=0, margin_start=4, margin_top=6), "restore-quiet")
        row.set_header(label)
    else:
        row.set_header(None)
