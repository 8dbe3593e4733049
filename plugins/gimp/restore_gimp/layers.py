"""Which drawable is meant, what kind it is, and a sentence for each that cannot be restored."""

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from restored_client.desk.wish import MASKED, NEW_IMAGE, NEW_LAYER, REPLACE

from . import pixels
from .words import Refusal, _

OUTPUTS = (NEW_LAYER, MASKED, REPLACE, NEW_IMAGE)
"""Where a result can go in GIMP."""

GONE = _("This layer is no longer there. Close this window, and choose another layer.")

INDEXED = _("This image has indexed colours, which leave no room for restoration. Choose Image ▸ Mode ▸ RGB, then try again.")


def the_layer(drawables):
    """The one layer to restore, of what is selected in the image. Raises Refusal."""
    if len(drawables) != 1:
        raise Refusal(_("Select exactly one layer, then try again."))
    drawable = drawables[0]
    if not drawable.is_valid():
        raise Refusal(GONE)
    if isinstance(drawable, Gimp.LayerMask):
        raise Refusal(_("The layer's mask is being edited. Click on the layer itself, then try again."))
    if not isinstance(drawable, Gimp.Layer):
        raise Refusal(_("Only layers can be restored, not channels. Select a layer, then try again."))
    if drawable.is_floating_sel():
        raise Refusal(_("There is a floating selection. Anchor it or make it a layer, then try again."))
    if drawable.is_indexed():
        raise Refusal(INDEXED)
    if drawable.is_group() and not drawable.get_children():
        raise Refusal(_("This group is empty. Put a layer into it, or select another one, then try again."))
    return drawable


def is_drawn(layer):
    """True for layers whose pixels GIMP draws itself (text, group, link, vector): they can only be restored as a new layer."""
    kinds = [getattr(Gimp, name, None) for name in ("TextLayer", "GroupLayer", "LinkLayer", "VectorLayer")]
    return isinstance(layer, tuple(kind for kind in kinds if kind is not None))


def check_output(layer, output, scale, selected):
    """The output that this layer allows: the wish, or a new layer where the layer cannot be written to. Raises Refusal."""
    if scale > 1 and selected:
        raise Refusal(_("Enlarging works on whole layers. Remove the selection (Select ▸ None), or choose the size 1×."))
    if scale > 1 or output != REPLACE:
        return NEW_LAYER
    if is_drawn(layer):
        return NEW_LAYER
    if locked(layer):
        raise Refusal(_("The layer's pixels are locked. Unlock them, or put the result on a new layer."))
    return REPLACE


def locked(layer):
    """Whether the pixels of the layer, or of a group it is in, are locked."""
    while layer is not None:
        if layer.get_lock_content():
            return True
        layer = layer.get_parent()
    return False


def hidden(layer):
    """Whether the layer, or a group it is in, is hidden."""
    while layer is not None:
        if not layer.get_visible():
            return True
        layer = layer.get_parent()
    return False


def covering(layer):
    """Whether a copy above hides this layer completely, so that the picture then shows the copy alone: a generator that yields
    now and then, and returns that."""
    normal = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)
    if layer.get_mask() is not None or layer.get_opacity() < 100.0 or layer.get_mode() not in normal:
        return False
    if not layer.has_alpha():
        return True
    buffer = layer.get_buffer()
    for part in pixels.strips(pixels.Region(0, 0, layer.get_width(), layer.get_height())):
        if buffer.get(part.rectangle, 1.0, "A u8", Gegl.AbyssPolicy.NONE).strip(b"\xff"):
            return False
        yield
    return True


def has_filters(layer):
    """Whether GIMP 3's non-destructive filters lie on this layer: its own pixels are not what is seen, see seen.py."""
    return hasattr(layer, "get_filters") and any(each.get_visible() for each in layer.get_filters())


def image_like(image, width, height):
    """An empty image of this size with another one's mode, precision and profile. It is not shown, and nothing can be undone."""
    made = Gimp.Image.new_with_precision(width, height, image.get_base_type(), image.get_precision())
    made.undo_disable()
    profile = image.get_color_profile()
    if profile is not None:  # GIMP opens a window with an error for none
        made.set_color_profile(profile)
    return made


def type_of(layer):
    """The kind of layer that holds pixels like this one's."""
    if layer.is_gray():
        return Gimp.ImageType.GRAYA_IMAGE if layer.has_alpha() else Gimp.ImageType.GRAY_IMAGE
    return Gimp.ImageType.RGBA_IMAGE if layer.has_alpha() else Gimp.ImageType.RGB_IMAGE
