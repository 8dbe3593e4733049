"""One line of the list of instructions: its name or its words, a small picture of what it made, and what can be done with it."""

from gi.repository import Gio, Gtk, Pango

from .theme import classed, cross, named
from .words import _

SHOWN_LETTERS = 120
"""Letters of an instruction that a row holds: laying out one of 100 kB takes seconds."""

PICTURE = 44
"""Size of a picture, in the toolkit's pixels."""


class RecallRow(Gtk.ListBoxRow):
    """settings: a map with `instruction`. name: of a preset. picture: a file. on_forget(row), on_rename(row): where allowed."""

    def __init__(self, section, settings, name=None, picture=None, on_forget=None, on_rename=None):
        super().__init__()
        self.section, self.settings, self.name = section, settings, name
        self.text = str(settings.get("instruction", ""))
        shown = " ".join(self.text[:SHOWN_LETTERS].split())
        box = Gtk.Box(spacing=6)
        if picture is not None:
            image = Gtk.Image.new_from_gicon(Gio.FileIcon.new(Gio.File.new_for_path(str(picture))), Gtk.IconSize.DIALOG)
            image.set_pixel_size(PICTURE)
            box.pack_start(named(image, _("What it made last")), False, False, 0)
        words = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, border_width=4, valign=Gtk.Align.CENTER)
        if name:
            words.add(Gtk.Label(label=name, xalign=0))
        line = Gtk.Label(label=shown, xalign=0, ellipsize=Pango.EllipsizeMode.END)
        words.add(classed(line, "restore-quiet") if name else line)
        box.pack_start(words, True, True, 0)
        if on_rename is not None:
            rename = Gtk.Button.new_from_icon_name("document-edit-symbolic", Gtk.IconSize.MENU)
            self._add(box, rename, _("Rename this preset"), on_rename)
        if on_forget is not None:
            self._add(box, cross(_("Forget this one")), _("Forget this one"), on_forget)
        self.add(box)
        named(self, f"{name}: {shown}" if name else shown)

    def _add(self, box, button, words, act):
        button.set_relief(Gtk.ReliefStyle.NONE)
        button.set_valign(Gtk.Align.CENTER)
        button.set_tooltip_text(words)
        button.connect("clicked", lambda _button: act(self))
        box.pack_start(named(button, words), False, False, 0)


def header(row, before):
    """The name of a section, above its first row."""
    if before is None or before.section != row.section:
        row.set_header(classed(Gtk.Label(label=row.section, xalign=0, margin_start=4, margin_top=6), "restore-quiet"))
    else:
        row.set_header(None)
