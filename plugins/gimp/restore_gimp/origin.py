"""The line above the field for a layer that is a result: adjust it, or restore it once more."""

from gi.repository import Gtk

from .theme import classed
from .words import _


class OriginChoice(Gtk.Box):
    """`on_choice(adjust)` is called when the user chooses the other one. Adjusting is chosen first."""

    def __init__(self, instruction, on_choice):
        super().__init__(spacing=14)
        classed(self, "restore-origin")
        self.set_tooltip_text(" ".join(instruction.split()))
        # two lines in a language whose words are long, rather than half of them
        self.pack_start(Gtk.Label(label=_("This layer is a result."), xalign=0, wrap=True), True, True, 0)
        self._adjust = Gtk.RadioButton.new_with_mnemonic_from_widget(None, _("Ad_just this result"))
        again = Gtk.RadioButton.new_with_mnemonic_from_widget(self._adjust, _("Restore it once _more"))
        self._adjust.set_tooltip_text(_("Restore the layer below it anew, in place of this result: strength, steps, words."))
        again.set_tooltip_text(_("Work on the result itself, on top of what was done already."))
        for button in (self._adjust, again):
            self.pack_start(button, False, False, 0)
        self._adjust.connect("toggled", lambda button: on_choice(button.get_active()))
