"""The choices beside the preview: strength, where the result goes, and its size."""

from typing import List

from gi.repository import Gtk

from restored_client.desk.wish import MASKED, NEW_IMAGE, NEW_LAYER, QUALITIES, REPLACE, SCALES

from . import layers
from .capture import can_be_masked
from .theme import classed, named, quiet
from .trace import note
from .words import _


class Options(Gtk.Box):
    """Shows the desk's choices and sets them."""

    def __init__(self, desk, watching):
        """watching: shows the preview of what is restored."""
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=3)
        self.painted = False
        """Whether the result that would be adjusted was painted on since it was made."""
        self._desk, self._watching, self._showing = desk, watching, False
        self._note = quiet()
        self._strength = self._make_slider(_("_Strength"), _("Strength in percent"), desk.set_strength)
        self._texture = self._make_slider(_("_Keep grain"), _("How much grain is kept, in percent"), desk.set_texture)
        self._texture.set_tooltip_text(
            _("Puts fine structure back that was taken away: grain, pores. Nothing is computed again.")
        )
        self._masked = self._make_masked()
        self._outputs = self._make_outputs()
        self._sizes = self._make_sizes()
        self._best = self._make_best()

    def _section(self, text, widget):
        label = Gtk.Label(label=text, use_underline=True, xalign=0, margin_top=3)
        label.set_mnemonic_widget(widget)
        self.pack_start(label, False, False, 0)
        return label

    def _make_slider(self, title, name, setter):
        scale = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 1)
        scale.set_value_pos(Gtk.PositionType.RIGHT)
        scale.connect("format-value", lambda _scale, percent: f"{percent:.0f} %")
        scale.connect("value-changed", lambda _scale: self._set(setter, round(scale.get_value()) / 100))
        named(scale, name)
        self._section(title, scale)
        self.pack_start(scale, False, False, 0)
        return scale

    def _make_outputs(self):
        fresh = Gtk.RadioButton.new_with_mnemonic_from_widget(None, _("_New layer above"))
        place = Gtk.RadioButton.new_with_mnemonic_from_widget(fresh, _("Rep_lace this layer"))
        image = Gtk.RadioButton.new_with_mnemonic_from_widget(fresh, _("New _image"))
        self._where: List[Gtk.Widget] = [self._section(_("Result"), fresh)]
        for button, output in ((fresh, NEW_LAYER), (place, REPLACE), (image, NEW_IMAGE)):
            button.connect("toggled", self._on_output, output)
            self.pack_start(button, False, False, 0)
            self._where.append(button)
            if output == NEW_LAYER:
                self.pack_start(self._masked, False, False, 0)
        return {NEW_LAYER: fresh, MASKED: fresh, REPLACE: place, NEW_IMAGE: image}

    def _make_masked(self):
        """Below the new layer, while something is selected that could be its mask."""
        masked = Gtk.CheckButton.new_with_mnemonic(_("masked _by the selection"))
        masked.set_margin_start(20)
        masked.set_no_show_all(True)
        masked.set_tooltip_text(_("All of the layer is restored, and the mask can be painted on later."))
        masked.connect("toggled", lambda button: self._set(self._desk.set_output, MASKED if button.get_active() else NEW_LAYER))
        return masked

    def _make_sizes(self):
        box = classed(Gtk.Box(), "linked")
        buttons, first = {}, None
        for scale in SCALES:
            button = Gtk.RadioButton.new_with_label_from_widget(first, f"{scale}×")
            button.set_mode(False)
            named(button, _("{scale} times the size").format(scale=scale))
            button.set_tooltip_text(_("Enlarge the picture: above 1× the result opens as a new image."))
            button.connect("toggled", self._on_size, scale)
            box.pack_start(button, True, True, 0)
            buttons[scale], first = button, first or button
        self._where.append(self._section(_("Enlar_ge"), first))
        self.pack_start(box, False, False, 0)
        self._where.append(box)
        self.pack_start(self._note, False, False, 0)
        return buttons

    def _make_best(self):
        """After the size: what a larger picture gains most by."""
        best = Gtk.CheckButton.new_with_mnemonic(_("Best _quality"))
        best.set_tooltip_text(_("Takes four times as long for a little more detail. The preview shows the normal quality."))
        best.connect("toggled", lambda button: self._set(self._desk.set_quality, QUALITIES[button.get_active()]))
        self.pack_start(best, False, False, 0)
        self._where.append(best)
        return best

    def _on_output(self, button, output):
        if button.get_active():
            self._set(self._desk.set_output, MASKED if output == NEW_LAYER and self._masked.get_active() else output)

    def _on_size(self, button, scale):
        if button.get_active():
            self._set(self._desk.set_scale, scale)

    def _set(self, setter, value):
        if not self._showing:
            note("slid")
            setter(value)

    def show_state(self):
        """Show what the desk has chosen, and the one line that says what is not obvious about it."""
        target, desk = self._watching.target, self._desk
        if not target.is_there():
            return
        self._showing = True
        try:
            self._show(target, desk)
        finally:
            self._showing = False

    def _show(self, target, desk):
        for slider, value in ((self._strength, desk.strength), (self._texture, desk.texture)):
            if round(value * 100) != round(slider.get_value()):
                slider.set_value(value * 100)
        adjusting = target.result is not None
        for widget in self._where:
            widget.set_visible(not adjusting)
        selected = target.selected()
        fixed = target.visible or layers.is_drawn(target.layer) or layers.locked(target.layer)
        self._outputs[REPLACE].set_sensitive(not fixed)
        for scale, button in self._sizes.items():
            button.set_sensitive(scale == 1 or not selected)
        if not adjusting and ((selected and desk.scale > 1) or (fixed and desk.output == REPLACE)):
            desk.scale, desk.output = 1 if selected else desk.scale, NEW_LAYER if fixed else desk.output
        on_new_layer, masks = desk.output in (NEW_LAYER, MASKED), selected and can_be_masked(target)
        self._masked.set_visible(masks and not adjusting)
        self._masked.set_sensitive(on_new_layer and desk.scale == 1)
        if on_new_layer:
            self._masked.set_active(desk.output == MASKED)
        self._outputs[desk.output].set_active(True)
        self._sizes[desk.scale].set_active(True)
        self._best.set_active(desk.quality != QUALITIES[0])
        text = self._explanation(target, 1 if adjusting else desk.scale, selected, desk.output)
        if adjusting and self.painted:
            text = f"{text} {_('What was painted on it since is not in it any more then.')}"
        if self._note.get_text() != text:
            self._note.set_text(text)

    @staticmethod
    def _explanation(target, scale, selected, output):
        layer = target.layer
        if scale > 1:
            return _("Opens a new image of {width} × {height} pixels. The preview shows the present size.").format(
                width=target.drawable.get_width() * scale, height=target.drawable.get_height() * scale
            )
        if target.result is not None:
            return _("Replaces “{layer}”; one undo brings it back.").format(layer=target.result.get_name())
        if output == NEW_IMAGE:
            return _("Opens the result as an image of its own.")
        if output == MASKED and selected and can_be_masked(target):
            return _("All of the layer is restored, and the mask can be painted on later.")
        if target.visible:
            return _("The result of what is visible lies on a new layer above all others.")
        if layers.hidden(layer if output == REPLACE else layer.get_parent()):
            return _("It is hidden, and so will the result be: show the layer and its groups to see it.")
        if layers.is_drawn(layer):
            return _("GIMP draws this layer itself, so the result is a new layer.")
        if layers.locked(layer):
            return _("The layer's pixels are locked, so the result is a new layer.")
        if selected:
            return _("Only what is selected will change.")
        if layers.has_filters(layer):
            return (
                _("This layer's live filters are restored with it: they become part of its pixels.")
                if output == REPLACE
                else _("This layer's live filters are restored with it: the result has them in its pixels.")
            )
        return ""
