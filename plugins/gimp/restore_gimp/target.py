"""What is restored: which pixels of which image, as GIMP shows them, and where the result will go."""

from typing import Any, NamedTuple, Optional, Tuple

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from restored_client.desk.masks import cut
from restored_client.desk.wish import MASKED, NEW_LAYER
from restored_client.wire.pixels import DEPTHS, Pixels

from . import layers, pixels, recipes, seen
from .pieces import at_once
from .words import Refusal, _

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored like the inside of the picture."""


class Target(NamedTuple):
    """What is restored: the pixels of `layer`, into a new layer or itself; or, to adjust it, into `result`, which was made of it.

    region: what of the layer was restored when `result` was made; None means what is selected now. visible: `layer` is a copy of
    what is visible of the image, and no layer of it; the result lies on top of all. seen: a copy of `layer` with its live filters
    in its pixels, where it has any, and state: what they were (`seen.state`).
    """

    image: Any
    layer: Any
    result: Optional[Any] = None
    region: Optional[pixels.Region] = None
    visible: bool = False
    seen: Optional[Any] = None
    state: tuple = ()

    @property
    def drawable(self):
        """What has the pixels: as GIMP shows them."""
        return self.seen or self.layer

    def file(self):
        """The path of the picture that the image was opened from or exported to; None when there is none, as of a new image."""
        known = (self.image.get_imported_file(), self.image.get_exported_file())
        return next((each.get_path() for each in known if each is not None and each.get_path()), None)

    def is_there(self):
        """Whether all of it still exists."""
        found = self.image.is_valid() and self.layer.is_valid()
        return found and (self.result is None or self.result.is_valid())

    def changed(self):
        """Whether GIMP shows another picture than that which was taken last, as far as the layer's own pixels do not tell."""
        return (seen.visible_state(self.image) if self.visible else seen.state(self.layer)) != self.state

    def look(self):
        """Another Target, of what GIMP shows now; the copies that this one has stay, until `forget`."""
        if self.visible:
            return visible(self.image)
        return self._replace(seen=seen.drawable(self.image, self.layer), state=seen.state(self.layer))

    def forget(self):
        """Give back what was copied to be looked at."""
        _delete(self.seen)
        if self.visible:
            _delete(self.layer)

    def selected(self):
        """Whether only a part will change."""
        return self.region.mask is not None if self.region else pixels.has_selection(self.image)

    def bounds(self):
        """The rectangle (x, y, width, height) of the layer in which something may change; None when nothing is."""
        if self.region is not None:
            return self.region[:4]
        return pixels.selected_bounds(self.image, self.drawable)

    def mask_in(self, region):
        """What of a region of the layer may change, as a mask; None where all of it may."""
        if self.region is not None:
            return None if self.region.mask is None else cut(self.region.mask, self.region[:4], region[:4])
        return pixels.selection_in(self.image, self.drawable, region) if pixels.has_selection(self.image) else None

    def used_mask(self):
        """The layer's mask, None without one that is used. A result that is adjusted has one of its own."""
        layer = self.result or self.layer
        mask = None if self.visible else layer.get_mask()
        return mask if mask is not None and layer.get_apply_mask() else None

    def layer_mask(self, x, y, width, height):
        """What the layer's mask lets through of a part of it, a byte for each pixel; None without a mask that is used."""
        mask, place = self.used_mask(), Gegl.Rectangle.new(x, y, width, height)
        return None if mask is None else mask.get_buffer().get(place, 1.0, "Y u8", Gegl.AbyssPolicy.CLAMP)


class Source(NamedTuple):
    """A layer's pixels as they were when the user pressed the button.

    seen: see Target. selection: what was selected of all of the layer, where that will be the mask of the result.
    """

    image: Any
    layer: Any
    form: pixels.Form
    region: pixels.Region
    content: Pixels
    context: Pixels
    layer_size: Tuple[int, int]
    result: Optional[Any] = None
    visible: bool = False
    seen: Optional[Any] = None
    selection: Optional[Pixels] = None

    @property
    def drawable(self):
        """What has the pixels that were taken."""
        return self.seen or self.layer

    def painted_on(self):
        """Whether the pixels that were taken are others by now, as when the person went on working: a generator that yields now
        and then, and returns that."""
        now = None if self.seen is None else seen.drawable(self.image, self.layer)
        try:
            buffer, row = (now or self.layer).get_buffer(), self.region.width * self.form.channels * DEPTHS[self.form.depth]
            for part in pixels.strips(self.region):
                start = (part.y - self.region.y) * row
                taken = self.content.view[start : start + part.height * row]
                if bytes(pixels.read(buffer, part, self.form).data) != bytes(taken):
                    return True
                yield
            return False
        finally:
            _delete(now)

    def forget(self):
        """Give back what was copied to read it, unless it is the result by now."""
        _delete(self.seen)
        if self.visible and self.layer.is_valid() and self.layer not in self.image.get_layers():
            self.layer.delete()


def visible(image):
    """The Target of what is visible of an image. Raises Refusal when that cannot be restored."""
    layer = Gimp.Layer.new_from_visible(image, image, "visible")
    if layer is None or layer.is_indexed():
        raise Refusal(layers.INDEXED)
    return Target(image, layer, visible=True, state=seen.visible_state(image))


def of_image(image):
    """The Target for an image as one of several: its chosen layer, else what is visible; None when neither can be restored."""
    try:
        return Target(image, layers.the_layer(image.get_selected_drawables()))
    except Refusal:
        pass
    try:
        return visible(image)
    except Refusal:
        return None


def of_result(image, layer):
    """The Target that adjusts a result, and its recipe. Raises Refusal."""
    origin = recipes.origin(image, layer)
    if origin is None:
        raise Refusal(_("This layer is no result that can be adjusted: choose one that lies above the layer it was made of."))
    return Target(image, origin.source, layer, origin.region), origin.recipe


def take(target, wish):
    """Read the layer, or what the selection covers of it, and its thumbnail. Raises Refusal; changes nothing."""
    return at_once(taking(target, wish))


def taking(target, wish):
    """The same in pieces, for a window that has to stay alive: a generator that yields now and then, and returns the Source."""
    if not target.is_there():
        raise Refusal(layers.GONE)
    if target.layer.get_image() != target.image:
        raise Refusal(_("“{layer}” belongs to another image.").format(layer=target.layer.get_name()))
    target = target.look()
    try:
        return (yield from _reading(target, wish))
    except BaseException:  # also when nobody wants the rest
        target.forget()
        raise


def _reading(target, wish):
    image, layer, selection = target.image, target.drawable, None
    if target.result is None:
        layers.check_output(target.layer, NEW_LAYER if target.visible else wish.output, wish.scale, target.selected())
        region = yield from pixels.selected_region(image, layer, MARGIN)
        if region is not None and region.mask is not None and wish.where == MASKED and can_be_masked(target):
            selection = yield from pixels.whole_selection(image, layer)
            whole = pixels.Region(0, 0, selection.width, selection.height)
            # what fills holes has to know where they are
            region = whole._replace(mask=selection if _fills(wish) else None)
    else:
        region = target.region
        if layers.locked(target.result):
            raise Refusal(_("The layer's pixels are locked. Unlock them, or put the result on a new layer."))
    if region is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    form = pixels.form_of(layer)
    buffer = layer.get_buffer()
    content = yield from pixels.reading(buffer, region, form)
    size = layer.get_width(), layer.get_height()
    context = yield from pixels.context_parts(buffer, *size, form)
    made = Source(image, target.layer, form, region, content, context, size, target.result, target.visible, target.seen)
    return made._replace(selection=selection)


def can_be_masked(target):
    """Whether a result can have what is selected as its mask: it lies on a new layer that has none from its source."""
    return target.result is None and not target.visible and target.layer.get_mask() is None


def _fills(wish):
    return wish.plan is not None and any(step.get("task") == "inpaint" for step in wish.plan.get("steps", ()))


def _delete(copy):
    if copy is not None and copy.is_valid():
        copy.delete()
