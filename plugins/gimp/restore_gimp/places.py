"""Where a step applies, in its chip's popover: shown over the preview, edited, and made a selection or a layer mask."""

from gi.repository import Gegl, Gimp, Gtk

from restored_client.desk.overlay import is_shaped
from restored_client.wire.errors import Cancelled

from . import layers, pixels
from .pieces import in_pieces
from .placing import one_undo_step
from .theme import named
from .trace import note
from .words import CATALOGUE, Refusal, _

FOUND = ("sky", "skin", "text")
"""Places that an estimator finds: from which value on something counts can be chosen. Of the others the border's width can."""

SELECTION, MASK = "selection", "mask"

MARKED = _("What I found is selected: take out what should stay, then press Restore.")
NO_MARKS = _("I found no scratches, dust or holes. Select them yourself, then press Restore.")
NOWHERE = _("This place was not found in the picture.")


class PlaceControls(Gtk.Box):
    """`reshape(changes)` edits the region, `show(on)` shows it over the preview, `use(kind)` makes SELECTION or MASK of it."""

    def __init__(self, step, shown, reshape, show, use):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        region = step["region"]
        seen = Gtk.CheckButton.new_with_mnemonic(_("Show _where"))
        seen.set_active(shown)
        seen.connect("toggled", lambda button: show(button.get_active()))
        self.add(seen)
        if is_shaped(region):
            self._shape(region, reshape)
        buttons = Gtk.Box(spacing=4, homogeneous=True)
        for text, kind in ((_("Make a _selection"), SELECTION), (_("Make a layer _mask"), MASK)):
            button = Gtk.Button(label=text, use_underline=True)
            button.connect("clicked", lambda _button, kind=kind: use(kind))
            buttons.pack_start(button, True, True, 0)
        self.add(buttons)

    def _shape(self, region, reshape):
        outside = Gtk.CheckButton.new_with_mnemonic(_("Everywhere _but there"))
        outside.set_active(bool(region.get("outside")))
        outside.connect("toggled", lambda button: reshape({"outside": button.get_active()}))
        self.add(outside)
        if any(place in FOUND for place in region.get("places", ())):
            self._slider(
                _("_Larger or smaller"), 1.0 - float(region.get("threshold", 0.5)), lambda v: {"threshold": 1.0 - v}, reshape
            )
        else:
            self._slider(_("Soft _border"), float(region.get("feather", 0.02)), lambda v: {"feather": v}, reshape)

    def _slider(self, text, value, changes, reshape):
        label = Gtk.Label(label=text, use_underline=True, xalign=0)
        scale = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 1)
        scale.set_value(round(value * 100))
        scale.set_value_pos(Gtk.PositionType.RIGHT)
        scale.connect("format-value", lambda _scale, percent: f"{percent:.0f} %")
        scale.connect("value-changed", lambda _scale: reshape(changes(round(scale.get_value()) / 100)))
        named(scale, text.replace("_", ""))
        label.set_mnemonic_widget(scale)
        self.add(label)
        self.add(scale)


class RegionUse:
    """Makes a selection or a layer mask of where a step applies; `used(said, error)` is told what came of it, Cancelled included.

    busy(on) is told when one begins or ends; meanwhile it is `running`, and can be cancelled.
    """

    def __init__(self, watching, conversation, status, busy, used):
        self._watching, self._conversation, self._status = watching, conversation, status
        self._busy, self._used = busy, used
        self.running = self._unwanted = False

    def use(self, step, kind):
        """Have the whole layer's region found, and make SELECTION or MASK of it. To look for marks takes a while."""
        meant, context, marks = self._watching.target, self._watching.context, not is_shaped(step["region"])
        self.running, self._unwanted = True, False
        self._busy(True)
        self._status.progress(None, _("Reading the layer…"))
        drawable = meant.drawable
        whole = pixels.Region(0, 0, drawable.get_width(), drawable.get_height())

        def read(content, error):
            if error is not None or self._unwanted:
                self._found(meant, kind, marks, None, error or Cancelled())
                return
            self._conversation.work(
                lambda session, progress, cancelled: session.region(
                    step["region"], content, context, on_progress=progress, cancelled=cancelled
                ),
                lambda mask, error: self._found(meant, kind, marks, mask, error),
                lambda at: self._status.progress(at.fraction, CATALOGUE.sentence(at.words)),
            )

        in_pieces(pixels.reading(drawable.get_buffer(), whole, pixels.form_of(drawable)), read)

    def cancel(self):
        """It is not wanted any more."""
        self._unwanted = True
        self._conversation.cancel()
        self._status.progress(None, _("Cancelling…"))

    def _found(self, meant, kind, marks, mask, error):
        self.running = False
        self._busy(False)
        if error is None:
            try:
                if not meant.is_there():
                    raise Refusal(layers.GONE)
                if pixels.is_zero(mask):
                    raise Refusal(NO_MARKS if marks else NOWHERE)
                if kind == SELECTION:
                    select(meant.image, meant.drawable, mask)
                else:
                    add_mask(meant.image, meant.layer, meant.drawable, mask)
            except Exception as problem:
                error = problem
        note("region used", kind=kind, error=str(error or ""))
        said = {SELECTION: _("The place is selected now."), MASK: _("The layer has a mask of the place now.")}
        self._used(MARKED if marks and kind == SELECTION else said[kind], error)


def select(image, drawable, mask):
    """Make a mask of a drawable the selection: one undo step."""
    channel = Gimp.Channel.new(image, "region", image.get_width(), image.get_height(), 50.0, Gegl.Color.new("red"))
    with one_undo_step(image):
        image.insert_channel(channel, None, 0)
        channel.fill(Gimp.FillType.TRANSPARENT)
        _write(channel, drawable.get_offsets()[1:], mask)
        image.select_item(Gimp.ChannelOps.REPLACE, channel)
        image.remove_channel(channel)


def add_mask(image, layer, drawable, mask):
    """Give the layer a mask: one undo step. Raises Refusal."""
    if layer.get_mask() is not None:
        raise Refusal(_("“{layer}” has a layer mask already. Apply or delete it, then try again.").format(layer=layer.get_name()))
    if (layer.get_width(), layer.get_height()) != (drawable.get_width(), drawable.get_height()):
        raise Refusal(_("The layer's live filters make it larger than it is. Merge them, then try again."))
    with one_undo_step(image):
        fresh = layer.create_mask(Gimp.AddMaskType.BLACK)
        layer.add_mask(fresh)
        _write(fresh, (0, 0), mask)
        layer.set_edit_mask(False)


def _write(channel, offset, mask):
    """A mask's values at this place of a channel; what lies beyond the channel is cut off."""
    buffer = channel.get_buffer()
    buffer.set(Gegl.Rectangle.new(offset[0], offset[1], mask.width, mask.height), "Y u8", bytes(mask.data))
    buffer.flush()
    channel.update(0, 0, channel.get_width(), channel.get_height())
