"""One restoration of one layer: take its pixels, have them restored, give them back as one undo step.

`take` and `give_back` talk to GIMP and belong to the main thread; `restore` talks to the daemon and belongs to any other.
"""

from contextlib import contextmanager
from typing import Any, NamedTuple, Optional

from gi.repository import Gegl, Gimp

from restored_client.desk.deeds import deed
from restored_client.desk.masks import cut
from restored_client.desk.wish import NEW_LAYER, title
from restored_client.wire.pixels import Pixels

from . import layers, pixels, recipes
from .words import Refusal, _

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored like the inside of the picture."""


class Target(NamedTuple):
    """What is restored: the pixels of `layer`, into a new layer or itself; or, to adjust it, into `result`, which was made of it.

    region: what of the layer was restored when `result` was made; None means what is selected now. visible: `layer` is a copy of
    what is visible of the image, and no layer of it; the result lies on top of all.
    """

    image: Any
    layer: Any
    result: Optional[Any] = None
    region: Optional[pixels.Region] = None
    visible: bool = False

    def is_there(self):
        """Whether all of it still exists."""
        found = self.image.is_valid() and self.layer.is_valid()
        return found and (self.result is None or self.result.is_valid())

    def selected(self):
        """Whether only a part will change."""
        return self.region.mask is not None if self.region else pixels.has_selection(self.image)

    def bounds(self):
        """The rectangle (x, y, width, height) of the layer in which something may change; None when nothing is."""
        if self.region is not None:
            return self.region[:4]
        return pixels.selected_bounds(self.image, self.layer)

    def mask_in(self, region):
        """What of a region of the layer may change, as a mask; None where all of it may."""
        if self.region is not None:
            return None if self.region.mask is None else cut(self.region.mask, self.region[:4], region[:4])
        return pixels.selection_in(self.image, self.layer, region) if pixels.has_selection(self.image) else None


class Source(NamedTuple):
    """A layer's pixels as they were when the user pressed the button."""

    image: Any
    layer: Any
    form: pixels.Form
    region: pixels.Region
    content: Pixels
    context: Pixels
    result: Optional[Any] = None
    visible: bool = False


class Given(NamedTuple):
    """Where the result is: its layer, the new image when it was enlarged, and a sentence when it is not where it was wished."""

    layer: Any
    image: Optional[Any] = None
    message: str = ""


def take(image, drawables, output, scale):
    """Read the layer, or what the selection covers of it, and its thumbnail. Raises Refusal; changes nothing."""
    return take_target(Target(image, layers.the_layer(drawables)), output, scale)


def take_target(target, output, scale):
    """The same for a Target."""
    image, layer = target.image, target.layer
    if not target.is_there():
        raise Refusal(_("This layer is no longer there. Close this window, and choose another layer."))
    if target.result is None:
        layers.check_output(layer, NEW_LAYER if target.visible else output, scale, target.selected())
        region = pixels.selected_region(image, layer, MARGIN)
    else:
        region = target.region
        if layers.locked(target.result):
            raise Refusal(_("The layer's pixels are locked. Unlock them, or put the result on a new layer."))
    if region is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    form = pixels.form_of(layer)
    buffer = layer.get_buffer()
    content = pixels.read(buffer, region, form)
    context = pixels.context(buffer, layer.get_width(), layer.get_height(), form)
    return Source(image, layer, form, region, content, context, target.result, target.visible)


def restore(session, source, wish, on_progress=None, cancelled=None):
    """Have the pixels restored; blocks. Returns the session's Answer; raises its ClientError or Cancelled."""
    return session.restore(
        source.content,
        instruction=wish.instruction,
        plan=wish.plan,
        strength=wish.strength,
        texture=wish.texture,
        mask=source.region.mask,
        scale=wish.scale,
        context=source.context,
        model=wish.model,
        on_progress=on_progress,
        cancelled=cancelled,
    )


def give_back(source, wish, outcome):
    """Put a changed outcome into the image: one undo step, or a new image when it was enlarged. Raises Refusal."""
    _check_unchanged(source)
    if source.result is not None:
        return _into_the_result(source, wish, outcome)
    if wish.scale > 1:
        return _as_new_image(source, wish, outcome)
    if source.visible:
        return _on_top(source, wish, outcome)
    wanted = layers.check_output(source.layer, wish.output, wish.scale, source.region.mask is not None)
    if wanted == layers.REPLACE:
        return _in_place(source, outcome)
    given = _as_new_layer(source, wish, outcome)
    if wish.output == layers.REPLACE:
        return given._replace(message=_("GIMP draws this layer itself, so the result was put on a new layer above it."))
    return given


def _check_unchanged(source):
    """The image may be worked on while the daemon computes. Raises Refusal when the result no longer fits."""
    layer = source.layer
    if source.result is not None and not source.result.is_valid():
        raise Refusal(_("The layer was deleted in the meantime, so the result was dropped."))
    size = source.context and (layer.get_width(), layer.get_height()) if layer.is_valid() else None
    region = source.region
    if size is None or not source.image.is_valid():
        raise Refusal(_("The layer was deleted in the meantime, so the result was dropped."))
    if region.x + region.width > size[0] or region.y + region.height > size[1] or pixels.form_of(layer) != source.form:
        raise Refusal(_("The layer was changed in the meantime, so the result was dropped. Please try again."))


@contextmanager
def _one_undo_step(image):
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()
        Gimp.displays_flush()


def _in_place(source, outcome):
    layer, image, region = source.layer, source.image, source.region
    buffer, shadow = layer.get_buffer(), layer.get_shadow_buffer()
    # Merging through a selection would blend in GIMP's own space and round; the daemon has blended already. So the selection is
    # set aside while merging: without one, GIMP copies the shadow as it is. Where that is exact (8 bit) a rectangle will do.
    by_rectangle = region.mask is not None and source.form.depth == "u8"
    selected = pixels.has_selection(image)
    if selected and not by_rectangle:
        whole = Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height())
        buffer.copy(whole, Gegl.AbyssPolicy.NONE, shadow, whole)
    pixels.write(shadow, region, source.form, outcome.pixels, buffer)
    with _one_undo_step(image), _selection_aside(image, selected, layer, region if by_rectangle else None):
        layer.merge_shadow(True)
        recipes.sign(layer, outcome.recipe)
    layer.update(region.x, region.y, region.width, region.height)
    return Given(layer)


def _into_the_result(source, wish, outcome):
    """Adjust a result: the layer it came from, restored anew, takes its place. One undo step."""
    result, image = source.result, source.image
    shadow = result.get_shadow_buffer()
    whole = Gegl.Rectangle.new(0, 0, result.get_width(), result.get_height())
    original = source.layer.get_buffer()
    original.copy(whole, Gegl.AbyssPolicy.NONE, shadow, whole)
    pixels.write(shadow, source.region, source.form, outcome.pixels, original)
    with _one_undo_step(image), _selection_aside(image, pixels.has_selection(image), result, None):
        result.merge_shadow(True)
        result.set_name(_name(wish, outcome))
        recipes.sign(result, outcome.recipe, source)
    result.update(0, 0, result.get_width(), result.get_height())
    return Given(result)


@contextmanager
def _selection_aside(image, selected, layer, region):
    """No selection, or only the rectangle of `region`, for a moment; the user's own is put back as it was."""
    if not selected:
        yield
        return
    chosen = image.get_selected_drawables()
    kept = Gimp.Selection.save(image)
    try:
        if region is None:
            Gimp.Selection.none(image)
        else:
            _hit, dx, dy = layer.get_offsets()
            image.select_rectangle(Gimp.ChannelOps.REPLACE, region.x + dx, region.y + dy, region.width, region.height)
        yield
    finally:
        image.select_item(Gimp.ChannelOps.REPLACE, kept)
        image.remove_channel(kept)
        if list(chosen) != list(image.get_selected_drawables()):
            image.set_selected_layers(list(chosen))


def _as_new_layer(source, wish, outcome):
    layer, image = source.layer, source.image
    fresh = _twin(image, layer)
    fresh.set_name(_name(wish, outcome))
    pixels.write(fresh.get_buffer(), source.region, source.form, outcome.pixels, layer.get_buffer())
    recipes.sign(fresh, outcome.recipe, source)
    with _one_undo_step(image):
        image.insert_layer(fresh, layer.get_parent(), image.get_item_position(layer))
        if not layers.covers_fully(layer):
            # two half-transparent layers would add up; the original stays, one click away
            layer.set_visible(False)
    fresh.update(0, 0, fresh.get_width(), fresh.get_height())
    return Given(fresh)


def _on_top(source, wish, outcome):
    """The result of what is visible: a layer above all others."""
    image, layer = source.image, source.layer
    layer.set_name(_name(wish, outcome))
    pixels.write(layer.get_buffer(), source.region, source.form, outcome.pixels, layer.get_buffer())
    recipes.sign(layer, outcome.recipe)
    with _one_undo_step(image):
        image.insert_layer(layer, None, 0)
    layer.update(0, 0, layer.get_width(), layer.get_height())
    return Given(layer)


def visible(image):
    """The Target of what is visible of an image. Raises Refusal when that cannot be restored."""
    layer = Gimp.Layer.new_from_visible(image, image, "visible")
    if layer is None or layer.is_indexed():
        raise Refusal(layers.INDEXED)
    return Target(image, layer, visible=True)


def of_result(image, layer):
    """The Target that adjusts a result, and its recipe. Raises Refusal."""
    origin = recipes.origin(image, layer)
    if origin is None:
        raise Refusal(_("This layer is no result that can be adjusted: choose one that lies above the layer it was made of."))
    return Target(image, origin.source, layer, origin.region), origin.recipe


def _twin(image, layer):
    """A paint layer that looks as `layer` does: same pixels, place, mask, opacity and mode. Not yet in the image."""
    if not layers.is_drawn(layer):
        twin = layer.copy()
        twin.set_lock_content(False)
        twin.set_visible(True)
        return twin
    width, height = layer.get_width(), layer.get_height()
    twin = Gimp.Layer.new(image, layer.get_name(), width, height, _type(layer), layer.get_opacity(), layer.get_mode())
    twin.set_offsets(*layer.get_offsets()[1:])
    whole = Gegl.Rectangle.new(0, 0, width, height)
    _copy(layer, twin, whole)
    mask = layer.get_mask()
    if mask is not None:
        fresh = twin.create_mask(Gimp.AddMaskType.WHITE)
        twin.add_mask(fresh)
        _copy(mask, fresh, whole)
        twin.set_apply_mask(layer.get_apply_mask())
    return twin


def _copy(source, target, whole):
    buffer = target.get_buffer()
    source.get_buffer().copy(whole, Gegl.AbyssPolicy.NONE, buffer, whole)
    buffer.flush()


def _type(layer):
    if layer.is_gray():
        return Gimp.ImageType.GRAYA_IMAGE if layer.has_alpha() else Gimp.ImageType.GRAY_IMAGE
    return Gimp.ImageType.RGBA_IMAGE if layer.has_alpha() else Gimp.ImageType.RGB_IMAGE


def _as_new_image(source, wish, outcome):
    """The enlarged layer alone, with the image's precision, profile, resolution and metadata."""
    old, result = source.image, outcome.pixels
    image = Gimp.Image.new_with_precision(result.width, result.height, old.get_base_type(), old.get_precision())
    try:
        image.undo_disable()
        image.set_color_profile(old.get_color_profile())
        image.set_resolution(*old.get_resolution()[1:])
        metadata = old.get_metadata()
        if metadata is not None:
            image.set_metadata(metadata)
        kind = _type(source.layer)
        layer = Gimp.Layer.new(image, _name(wish, outcome), result.width, result.height, kind, 100.0, Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        buffer = layer.get_buffer()
        buffer.set(Gegl.Rectangle.new(0, 0, result.width, result.height), source.form.babl, bytes(result.data))
        buffer.flush()
        recipes.sign(layer, outcome.recipe)
        layer.update(0, 0, result.width, result.height)
        image.undo_enable()
    except Exception:
        image.delete()
        raise
    return Given(layer, image)


def _name(wish, outcome):
    """The instruction on one line, or what was done when there was none."""
    plan = wish.plan if wish.plan is not None else outcome.plan
    return title(wish._replace(plan=plan), lambda step: deed(step, _))
