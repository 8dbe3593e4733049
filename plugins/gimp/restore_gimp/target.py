"""What is restored: which pixels of which image, as GIMP shows them, and where the result will go."""

from typing import Any, NamedTuple, Optional

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from restored_client.desk.masks import cut

from . import layers, pixels, recipes, seen
from .words import Refusal, _


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
        discard(self.seen)
        if self.visible:
            discard(self.layer)

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


def discard(copy):
    if copy is not None and copy.is_valid():
        copy.delete()
