"""Layers as GIMP shows them: with their live (non-destructive) filters, which a layer's own buffer does not have."""

import zlib

from gi.repository import Gimp

from . import layers

SMALL = 256
"""Longest side of the thumbnail by which it is noticed that an image looks otherwise now."""


def drawable(image, layer):
    """A layer, in no image, with these pixels as GIMP shows them; None when the layer's own buffer has them already.

    Raises nothing of ours. Whoever asked deletes it, unless it was inserted somewhere.
    """
    if not layers.has_filters(layer):
        return None
    if layers.is_drawn(layer):
        return _drawn(image, layer)
    copy = layer.copy()
    copy.merge_filters()
    copy.set_lock_content(False)
    return copy


def _drawn(image, layer):
    """Of a group or a text, whose filters cannot be merged: the picture that it makes alone in an image of its own."""
    width, height = layer.get_width(), layer.get_height()
    alone = layers.image_like(image, width, height)
    try:
        copy = Gimp.Layer.new_from_drawable(layer, alone)
        alone.insert_layer(copy, None, 0)
        copy.set_offsets(0, 0)
        copy.set_visible(True)
        copy.set_opacity(100.0)
        copy.set_mode(Gimp.LayerMode.NORMAL)
        if copy.get_mask() is not None:
            copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
        picture = Gimp.Layer.new_from_visible(alone, image, layer.get_name())
    finally:
        alone.delete()
    picture.set_offsets(*layer.get_offsets()[1:])
    return picture


def state(layer):
    """Equal states mean that `drawable` would give the same of the same pixels; () for a layer without live filters."""
    if not layers.has_filters(layer):
        return ()
    return (*layer.get_offsets()[1:], *(_filter(each) for each in layer.get_filters()))


def visible_state(image):
    """Equal states mean that the image looks the same, as far as a thumbnail tells."""
    data = image.get_thumbnail_data(SMALL, SMALL)[0]
    return image.get_width(), image.get_height(), zlib.crc32(data.get_data())


def _filter(each):
    config = each.get_config()
    values = tuple(str(config.get_property(spec.name)) for spec in config.list_properties())
    return each.get_operation_name(), each.get_visible(), each.get_opacity(), str(each.get_blend_mode()), values
