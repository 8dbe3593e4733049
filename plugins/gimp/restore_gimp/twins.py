"""Layers that are made for a result: like the layer that was restored, and not in the image yet."""

from gi.repository import Gimp

from . import layers, pixels


def twin(image, layer, drawable):
    """A paint layer that is to look as `layer` does, with the pixels of `drawable`: same place, opacity, mode.

    Of one that GIMP draws itself it is empty, and wants `fill`.
    """
    if not layers.is_drawn(layer):
        copy = drawable.copy()
        copy.set_lock_content(False)
        copy.set_visible(True)
        return copy
    width, height = drawable.get_width(), drawable.get_height()
    made = Gimp.Layer.new(image, layer.get_name(), width, height, layers.type_of(drawable), layer.get_opacity(), layer.get_mode())
    made.set_offsets(*drawable.get_offsets()[1:])
    return made


def fill(made, layer, drawable):
    """Give an empty twin the pixels and the mask that it lacks, in pieces."""
    size = drawable.get_width(), drawable.get_height()
    yield from pixels.copying(drawable.get_buffer(), made.get_buffer(), *size)
    mask = layer.get_mask()
    if mask is not None:
        copy = made.create_mask(Gimp.AddMaskType.WHITE)
        made.add_mask(copy)
        yield from pixels.copying(mask.get_buffer(), copy.get_buffer(), *size)
        made.set_apply_mask(layer.get_apply_mask())


def cover(made, selection):
    """Give it the mask that lets through what was selected, in pieces."""
    mask = made.create_mask(Gimp.AddMaskType.BLACK)
    made.add_mask(mask)
    form = pixels.Form("Y u8" if selection.depth == "u8" else "Y float", 1, selection.depth, True)
    whole = pixels.Region(0, 0, selection.width, selection.height)
    yield from pixels.writing(mask.get_buffer(), whole, form, selection, mask.get_buffer())
    made.set_edit_mask(False)
