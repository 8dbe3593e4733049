"""The choices beside the preview: strength, where the result goes, and its size."""

from gi.repository import Gtk

from . import layers
from .look import classed, named, quiet
from .words import _

SCALES = (1, 2, 4)


class Controls(Gtk.Box):
    """`on_strength()` is called when the strength changes; the rest is read when it is needed."""

    def __init__(self, layer, selected, config, on_strength):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        self._layer = layer
        self._note = quiet()
        self._strength = self._make_strength(config.get_property("strength"), on_strength)
        self._outputs = self._make_outputs(config.get_property("output"))
        self._sizes = self._make_sizes(config.get_property("scale"), selected)
        self._explain()

    @property
    def strength(self):
        return round(self._strength.get_value()) / 100

    @strength.setter
    def strength(self, value):
        self._strength.set_value(value * 100)

    @property
    def output(self):
        return layers.REPLACE if self._outputs[layers.REPLACE].get_active() else layers.NEW_LAYER

    @property
    def scale(self):
        return next((scale for scale in SCALES if self._sizes[scale].get_active()), 1)

    def _section(self, text, widget):
        label = Gtk.Label(label=text, use_underline=True, xalign=0, margin_top=6)
        label.set_mnemonic_widget(widget)
        self.pack_start(label, False, False, 0)

    def _make_strength(self, value, on_strength):
        scale = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 1)
        scale.set_value(value * 100)
        scale.set_value_pos(Gtk.PositionType.RIGHT)
        scale.connect("format-value", lambda _scale, percent: f"{percent:.0f} %")
        scale.connect("value-changed", lambda _scale: on_strength())
        named(scale, _("Strength in percent"))
        self._section(_("_Strength"), scale)
        self.pack_start(scale, False, False, 0)
        return scale

    def _make_outputs(self, chosen):
        fresh = Gtk.RadioButton.new_with_mnemonic_from_widget(None, _("_New layer above"))
        place = Gtk.RadioButton.new_with_mnemonic_from_widget(fresh, _("Rep_lace this layer"))
        self._section(_("Result"), fresh)
        for button in (fresh, place):
            button.connect("toggled", lambda _button: self._explain())
            self.pack_start(button, False, False, 0)
        if layers.is_drawn(self._layer) or layers.locked(self._layer):
            place.set_sensitive(False)
        elif chosen == layers.REPLACE:
            place.set_active(True)
        return {layers.NEW_LAYER: fresh, layers.REPLACE: place}

    def _make_sizes(self, chosen, selected):
        box = classed(Gtk.Box(), "linked")
        buttons, first = {}, None
        for scale in SCALES:
            button = Gtk.RadioButton.new_with_label_from_widget(first, f"{scale}×")
            button.set_mode(False)
            button.set_sensitive(scale == 1 or not selected)
            named(button, _("{scale} times the size").format(scale=scale))
            button.connect("toggled", lambda _button: self._explain())
            box.pack_start(button, True, True, 0)
            buttons[scale], first = button, first or button
        if not selected and chosen in buttons:
            buttons[chosen].set_active(True)
        self._section(_("Si_ze"), first)
        self.pack_start(box, False, False, 0)
        self.pack_start(self._note, False, False, 0)
        self._selected = selected
        return buttons

    def _explain(self):
        """The one line below that says what is not obvious about the choices."""
        if not hasattr(self, "_sizes"):
            return
        width, height, scale = self._layer.get_width(), self._layer.get_height(), self.scale
        if scale > 1:
            text = _("Opens a new image of {width} × {height} pixels. The preview shows the present size.").format(
                width=width * scale, height=height * scale
            )
        elif layers.is_drawn(self._layer):
            text = _("GIMP draws this layer itself, so the result is a new layer.")
        elif layers.locked(self._layer):
            text = _("The layer's pixels are locked, so the result is a new layer.")
        elif self._selected:
            text = _("Only what is selected will change.")
        else:
            text = ""
        self._note.set_text(text)
        self._note.set_visible(bool(text))
