"""The row under the preview: how large it is, how before and after are shown, and whether the canvas shows it, too."""

from gi.repository import Gtk

from restored_client.desk.previewstate import BESIDE, SPLIT, TOGGLE, ZOOMS

from .theme import classed, named
from .words import _


class LookingBar(Gtk.Box):
    """`watching` does what is chosen; on_canvas(on): the preview is wanted on GIMP's canvas, or not any more."""

    def __init__(self, desk, watching, on_canvas):
        super().__init__(spacing=8, margin_top=4)
        self._desk, self._showing = desk, False
        self._zooms = self._choice(zip(ZOOMS, (_("Fit"), "100 %", "200 %")), watching.zoom, _("Preview: {choice}"))
        self._zooms[ZOOMS[0]].set_tooltip_text(
            _("The whole layer: for light, haze and colour. Judge sharpness and noise at 100 %.")
        )
        label = Gtk.Label(label=_("Pre_view"), use_underline=True)
        label.set_mnemonic_widget(self._zooms[ZOOMS[0]])
        self.pack_start(label, False, False, 0)
        self.reorder_child(label, 0)
        ways = ((SPLIT, _("Split")), (TOGGLE, _("In turn")), (BESIDE, _("Beside")))
        self._ways = self._choice(ways, watching.compare, _("Before and after: {choice}"))
        for way, words in (
            (SPLIT, _("Before left of a line, after right of it")),
            (TOGGLE, _("Before and after in the same place: F7 or the space bar turns them")),
            (BESIDE, _("Before and after side by side")),
        ):
            self._ways[way].set_tooltip_text(words)
        self.canvas = Gtk.CheckButton.new_with_mnemonic(_("_On the canvas"))
        self.canvas.set_tooltip_text(
            _("Shows the preview in GIMP's own window while this one has the keyboard (F8). Nothing of it stays in the image.")
        )
        self.canvas.connect("toggled", lambda button: on_canvas(button.get_active()))
        self.pack_start(self.canvas, False, False, 0)

    def _choice(self, choices, setter, name):
        """Linked buttons of which one is pressed; by value."""
        box, buttons, first = classed(Gtk.Box(), "linked"), {}, None
        for value, text in choices:
            button = Gtk.RadioButton.new_with_label_from_widget(first, text)
            button.set_mode(False)
            button.connect("toggled", self._on_choice, value, setter)
            classed(named(button, name.format(choice=text)), "restore-small")
            box.pack_start(button, True, True, 0)
            buttons[value], first = button, first or button
        self.pack_start(box, False, False, 0)
        return buttons

    def _on_choice(self, button, value, setter):
        if button.get_active() and not self._showing:
            setter(value)

    def show_state(self):
        """Show what the desk has chosen."""
        self._showing = True
        self._zooms[self._desk.zoom].set_active(True)
        self._ways[self._desk.compare].set_active(True)
        self._showing = False
