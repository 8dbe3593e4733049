"""Presets written into a file of the person's, and read from one: asks where, and says what became of it."""

from pathlib import Path

from gi.repository import GLib, Gtk

from .words import _


def give_out(presets, parent, say):
    """Ask for a file and write all presets there. say(sentence, bad) is told how it went."""
    path = _ask(parent, _("Export presets"), Gtk.FileChooserAction.SAVE)
    if path is None:
        return
    try:
        count = presets.give_out(path)
    except OSError as problem:
        say(_("“{file}” could not be written: {reason}").format(file=path.name, reason=problem.strerror or problem), True)
        return
    say(_("Presets written to “{file}”: {count}.").format(file=path.name, count=count), False)


def take_in(presets, parent, say):
    """Ask for such a file and add its presets. say(sentence, bad) is told how it went."""
    path = _ask(parent, _("Import presets"), Gtk.FileChooserAction.OPEN)
    if path is None:
        return
    try:
        count = presets.take_in(path)
    except ValueError:
        say(_("This file holds no presets."), True)
        return
    except OSError as problem:
        say(not_kept(problem), True)
        return
    say(_("Presets read from “{file}”: {count}.").format(file=path.name, count=count), False)


def not_kept(problem):
    """The sentence for an OSError while one's own presets were written."""
    return _("The presets could not be kept: {reason}").format(reason=problem.strerror or problem)


def _ask(parent, title, action):
    saving = action == Gtk.FileChooserAction.SAVE
    chooser = Gtk.FileChooserDialog(title=title, transient_for=parent, action=action)
    chooser.add_buttons(_("_Cancel"), Gtk.ResponseType.CANCEL, _("_Save") if saving else _("_Open"), Gtk.ResponseType.ACCEPT)
    chooser.set_default_response(Gtk.ResponseType.ACCEPT)
    chooser.set_do_overwrite_confirmation(True)
    # GIMP's own folder, or that of its program, is nowhere that anybody would look
    chooser.set_current_folder(GLib.get_user_special_dir(GLib.UserDirectory.DIRECTORY_DOCUMENTS) or GLib.get_home_dir())
    if saving:
        chooser.set_current_name("presets.json")
    name = chooser.get_filename() if chooser.run() == Gtk.ResponseType.ACCEPT else None
    chooser.destroy()
    return None if name is None else Path(name)
