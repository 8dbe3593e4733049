"""Small windows of our own: for what cannot be done (in place of GIMP's red box), for a question, for a report to be copied."""

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import GimpUi, Gtk

from . import clipboard
from .words import _


def show_refusal(sentence):
    """Say why nothing can be restored, and wait until it was read."""
    GimpUi.init("restore-with-instruction")
    message = Gtk.MessageDialog(
        message_type=Gtk.MessageType.INFO,
        buttons=Gtk.ButtonsType.CLOSE,
        title=_("Restore with instruction"),
        text=sentence,
    )
    GimpUi.window_set_transient(message)
    message.run()
    message.destroy()


def ask(parent, title, question, yes):
    """Whether the person presses `yes`, which says what is then done; Return and Escape leave everything as it is."""
    window = Gtk.MessageDialog(
        transient_for=parent,
        modal=True,
        message_type=Gtk.MessageType.QUESTION,
        title=title,
        text=question,
    )
    window.add_buttons(_("_Cancel"), Gtk.ResponseType.CANCEL, yes, Gtk.ResponseType.ACCEPT)
    window.set_default_response(Gtk.ResponseType.CANCEL)
    sure = window.run() == Gtk.ResponseType.ACCEPT
    window.destroy()
    return sure


def show_report(text):
    """Show a report, already copied, until it is not needed any more."""
    GimpUi.init("restore-with-instruction")
    clipboard.copy(text)
    window = Gtk.Dialog(title=_("Restore with instruction"))
    window.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    view = Gtk.TextView(editable=False, monospace=True, wrap_mode=Gtk.WrapMode.WORD_CHAR, left_margin=8, right_margin=8)
    view.get_buffer().set_text(text)
    scrolled = Gtk.ScrolledWindow()
    scrolled.set_size_request(560, 260)
    scrolled.add(view)
    words = _("This is in the clipboard. Paste it into the report before you close this window.")
    area = window.get_content_area()
    area.set_spacing(8)
    area.set_border_width(10)
    area.pack_start(Gtk.Label(label=words, xalign=0, wrap=True), False, False, 0)
    area.pack_start(scrolled, True, True, 0)
    GimpUi.window_set_transient(window)
    window.show_all()
    window.run()
    window.destroy()
