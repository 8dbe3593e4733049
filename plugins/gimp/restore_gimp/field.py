"""The field for the instruction: Return restores, Shift+Return begins a new line, Tab goes on."""

from gi.repository import Gdk, Gtk

from .theme import classed, named
from .words import _

HEIGHT = 50
"""Of two lines; a longer text scrolls."""

RETURN = (Gdk.KEY_Return, Gdk.KEY_KP_Enter)


class InstructionField(Gtk.ScrolledWindow):
    """`on_text()` is called when the text changed, `on_return()` when it is to be carried out."""

    def __init__(self, on_text, on_return):
        super().__init__(can_focus=False, hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN)
        self._on_text, self._on_return = on_text, on_return
        self._silent = False
        self.view = classed(Gtk.TextView(wrap_mode=Gtk.WrapMode.WORD_CHAR, accepts_tab=False), "restore-text")
        for side in ("left", "right", "top", "bottom"):
            getattr(self.view, f"set_{side}_margin")(6)
        named(self.view, _("Instruction"), _("What is wrong with the picture"))
        self.view.set_tooltip_text(_("Return restores, Shift+Return begins a new line."))
        self.view.connect("key-press-event", self._on_key)
        self.view.get_buffer().connect("changed", lambda _buffer: None if self._silent else self._on_text())
        self.set_size_request(-1, HEIGHT)
        self.add(self.view)

    @property
    def text(self):
        buffer = self.view.get_buffer()
        return buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), False)

    def put(self, text):
        """Show this text, all of it selected, without calling `on_text`."""
        self._silent = True
        buffer = self.view.get_buffer()
        buffer.set_text(text)
        buffer.select_range(buffer.get_start_iter(), buffer.get_end_iter())
        self._silent = False

    def _on_key(self, _view, event):
        if event.keyval in RETURN and not event.state & (Gdk.ModifierType.SHIFT_MASK | Gdk.ModifierType.CONTROL_MASK):
            self._on_return()
            return True
        return False
