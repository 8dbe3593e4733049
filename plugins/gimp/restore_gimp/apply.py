"""One restoration of one layer: take its pixels, have them restored, give them back as one undo step.

`take` and `give_back` talk to GIMP and belong to the main thread; `restore` talks to the daemon and belongs to any other.
"""

from contextlib import contextmanager
from typing import Any, NamedTuple, Optional

from gi.repository import Gegl, Gimp

from restored_client.wire.pixels import Pixels

from . import layers, pixels, recipes
from .words import Refusal, _

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored like the inside of the picture."""

NAME_LENGTH = 60


class Wish(NamedTuple):
    """What the user wants. `plan` is the edited plan, None to have the instruction understood anew."""

    instruction: str
    plan: Optional[dict] = None
    strength: float = 1.0
    output: str = layers.NEW_LAYER
    scale: int = 1
    model: Optional[str] = None


class Source(NamedTuple):
    """A layer's pixels as they were when the user pressed the button."""

    image: Any
    layer: Any
    form: pixels.Form
    region: pixels.Region
    content: Pixels
    context: Pixels


class Given(NamedTuple):
    """Where the result is: its layer, the new image when it was enlarged, and a sentence when it is not where it was wished."""

    layer: Any
    image: Optional[Any] = None
    message: str = ""


def take(image, drawables, output, scale):
    """Read the layer, or what the selection covers of it, and its thumbnail. Raises Refusal; changes nothing."""
    layer = layers.the_layer(drawables)
    layers.check_output(layer, output, scale, pixels.has_selection(image))
    region = pixels.selected_region(image, layer, MARGIN)
    if region is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    form = pixels.form_of(layer)
    buffer = layer.get_buffer()
    content = pixels.read(buffer, region, form)
    context = pixels.context(buffer, layer.get_width(), layer.get_height(), form)
    return Source(image, layer, form, region, content, context)


def restore(session, source, wish, on_progress=None, cancelled=None):
    """Have the pixels restored; blocks. Returns the session's Outcome; raises its ClientError or Cancelled."""
    return session.restore(
        source.content,
        instruction=wish.instruction,
        plan=wish.plan,
        strength=wish.strength,
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
    if wish.scale > 1:
        return _as_new_image(source, wish, outcome)
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
    recipe = recipes.parasite(outcome.recipe)
    with _one_undo_step(image), _selection_aside(image, selected, layer, region if by_rectangle else None):
        layer.merge_shadow(True)
        layer.attach_parasite(recipe)
    layer.update(region.x, region.y, region.width, region.height)
    return Given(layer)


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
    fresh.attach_parasite(recipes.parasite(outcome.recipe))
    with _one_undo_step(image):
        image.insert_layer(fresh, layer.get_parent(), image.get_item_position(layer))
        if not layers.covers_fully(layer):
            # two half-transparent layers would add up; the original stays, one click away
            layer.set_visible(False)
    fresh.update(0, 0, fresh.get_width(), fresh.get_height())
    return Given(fresh)


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
        layer.attach_parasite(recipes.parasite(outcome.recipe))
        layer.update(0, 0, result.width, result.height)
        image.undo_enable()
    except Exception:
        image.delete()
        raise
    return Given(layer, image)


def _name(wish, outcome):
    """The instruction on one line, or the plan's labels when there was none."""
    text = " ".join(wish.instruction.split())
    if not text:
        text = ", ".join(str(step.get("label") or step.get("task")) for step in outcome.plan.get("steps", ()))
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1].rstrip() + "…"
