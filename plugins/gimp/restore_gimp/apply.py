"""One restoration of pixels that were taken (target.py): have them restored, give them back as one undo step.

`give_back` talks to GIMP and belongs to the main thread, as `target.take` does; `restore` talks to the daemon and belongs to any
other.
"""

from contextlib import contextmanager
from typing import Any, NamedTuple, Optional

from gi.repository import Gegl, Gimp

from restored_client.desk.deeds import deed
from restored_client.desk.previewstate import place_in
from restored_client.desk.thumbnail import thumbnail
from restored_client.desk.wish import title

from . import layers, pixels, recipes
from .words import CATALOGUE, Refusal, _


class Given(NamedTuple):
    """Where the result is: its layer, the new image when it was enlarged, and a sentence when it is not where it was wished."""

    layer: Any
    image: Optional[Any] = None
    message: str = ""


def restore(session, source, wish, on_progress=None, cancelled=None):
    """Have the pixels restored; blocks. Returns the session's Answer; raises its ClientError or Cancelled."""
    return session.restore(
        source.content,
        instruction=wish.instruction,
        plan=wish.plan,
        strength=wish.strength,
        texture=wish.texture,
        quality=wish.quality,
        mask=source.region.mask,
        scale=wish.scale,
        context=source.context,
        place=place_in(source.layer_size[0], source.layer_size[1], source.region[:4]),
        model=wish.model,
        on_progress=on_progress,
        cancelled=cancelled,
    )


def restore_and_show(session, source, wish, on_progress=None, cancelled=None):
    """The same for a window: (the Answer, its result as a thumbnail), the latter None when nothing changed."""
    answer = restore(session, source, wish, on_progress, cancelled)
    return answer, thumbnail(answer.pixels) if answer.changed else None


def give_back(source, wish, outcome):
    """Put a changed outcome into the image: one undo step, or a new image when it was enlarged. Raises Refusal."""
    given = _place(source, wish, outcome)
    return given._replace(message=" ".join(filter(None, (given.message, _notes(outcome)))))


def _notes(outcome):
    """What the engine did otherwise than asked, such as computing on the processor; what the plan says itself was read before."""
    said = outcome.message
    for entry in outcome.plan.get("unused", ()):
        said = said.replace(str(entry.get("message") or "") if isinstance(entry, dict) else str(entry), "")
    return CATALOGUE.sentence(" ".join(said.split()))


def _place(source, wish, outcome):
    _check_unchanged(source)
    if source.result is not None:
        return _into_the_result(source, wish, outcome)
    if wish.scale > 1:
        return _as_new_image(source, wish, outcome)
    if source.visible:
        return _on_top(source, wish, outcome)
    wanted = layers.check_output(source.layer, wish.output, wish.scale, source.region.mask is not None)
    painted = wanted == layers.REPLACE and source.was_painted_on()
    if wanted == layers.REPLACE and not painted:
        return _in_place(source, outcome)
    given = _as_new_layer(source, wish, outcome)
    if painted:
        return given._replace(message=_("The layer was changed meanwhile, so the result was put on a new layer above it."))
    if wish.output == layers.REPLACE:
        return given._replace(message=_("GIMP draws this layer itself, so the result was put on a new layer above it."))
    return given


def _check_unchanged(source):
    """The image may be worked on while the daemon computes. Raises Refusal when the result no longer fits."""
    region, needed = source.region, [source.image, source.layer, source.drawable, source.result]
    if not all(each is None or each.is_valid() for each in needed):
        raise Refusal(_("The layer was deleted in the meantime, so the result was dropped."))
    layer = source.drawable
    size = layer.get_width(), layer.get_height()
    if region.x + region.width > size[0] or region.y + region.height > size[1] or pixels.form_of(layer) != source.form:
        raise Refusal(_("The layer was changed in the meantime, so the result was dropped. Please try again."))


@contextmanager
def one_undo_step(image):
    """What is done inside is one step of the image's undo history."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()
        Gimp.displays_flush()


def _in_place(source, outcome):
    layer, image, region = source.layer, source.image, source.region
    # Merging through a selection would blend in GIMP's own space and round; the daemon has blended already. So the selection is
    # set aside while merging: without one, GIMP copies the shadow as it is. Where that is exact (8 bit) a rectangle will do.
    by_rectangle = region.mask is not None and source.form.depth == "u8"
    selected = pixels.has_selection(image)
    with one_undo_step(image):
        if source.seen is not None:  # the picture with its live filters was restored, so they are in its pixels now
            layer.merge_filters()
        buffer, shadow = layer.get_buffer(), layer.get_shadow_buffer()
        if selected and not by_rectangle:
            whole = Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height())
            buffer.copy(whole, Gegl.AbyssPolicy.NONE, shadow, whole)
        pixels.write(shadow, region, source.form, outcome.pixels, buffer)
        with _selection_aside(image, selected, layer, region if by_rectangle else None):
            layer.merge_shadow(True)
            recipes.sign(layer, outcome.recipe)
    layer.update(region.x, region.y, region.width, region.height)
    return Given(layer)


def _into_the_result(source, wish, outcome):
    """Adjust a result: the layer it came from, restored anew, takes its place. One undo step."""
    result, image = source.result, source.image
    shadow = result.get_shadow_buffer()
    whole = Gegl.Rectangle.new(0, 0, result.get_width(), result.get_height())
    original = source.drawable.get_buffer()
    original.copy(whole, Gegl.AbyssPolicy.NONE, shadow, whole)
    pixels.write(shadow, source.region, source.form, outcome.pixels, original)
    with one_undo_step(image), _selection_aside(image, pixels.has_selection(image), result, None):
        result.merge_shadow(True)
        result.set_name(_name(wish, outcome))
        recipes.sign(result, outcome.recipe, source, outcome.pixels)
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
    fresh = _twin(image, layer, source.drawable)
    fresh.set_name(_name(wish, outcome))
    pixels.write(fresh.get_buffer(), source.region, source.form, outcome.pixels, source.drawable.get_buffer())
    recipes.sign(fresh, outcome.recipe, source, outcome.pixels)
    with one_undo_step(image):
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
    with one_undo_step(image):
        image.insert_layer(layer, None, 0)
    layer.update(0, 0, layer.get_width(), layer.get_height())
    return Given(layer)


def _twin(image, layer, drawable):
    """A paint layer that looks as `layer` does, with the pixels of `drawable`: same place, mask, opacity, mode. Not yet in it."""
    if not layers.is_drawn(layer):
        twin = drawable.copy()
        twin.set_lock_content(False)
        twin.set_visible(True)
        return twin
    width, height = drawable.get_width(), drawable.get_height()
    twin = Gimp.Layer.new(image, layer.get_name(), width, height, layers.type_of(drawable), layer.get_opacity(), layer.get_mode())
    twin.set_offsets(*drawable.get_offsets()[1:])
    whole = Gegl.Rectangle.new(0, 0, width, height)
    _copy(drawable, twin, whole)
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


def _as_new_image(source, wish, outcome):
    """The enlarged layer alone, with the image's precision, profile, resolution and metadata."""
    old, result = source.image, outcome.pixels
    image = layers.image_like(old, result.width, result.height)
    try:
        image.set_resolution(*old.get_resolution()[1:])
        metadata = old.get_metadata()
        if metadata is not None:
            image.set_metadata(metadata)
        kind = layers.type_of(source.drawable)
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
