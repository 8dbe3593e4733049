"""From what came back to a layer: one undo step. Each is a generator that yields now and then until all is prepared, and calls
`ready()` right before the image is changed."""

from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple, Optional

from gi.repository import Gimp

from restored_client.desk.deeds import deed
from restored_client.desk.wish import title, title_of_adjusted

from . import layers, pixels, recipes, twins
from .pieces import at_once
from .words import _


class Given(NamedTuple):
    """Where the result is: its layer, the new image when it was enlarged, and a sentence when it is not where it was wished."""

    layer: Any
    image: Optional[Any] = None
    message: str = ""


@contextmanager
def one_undo_step(image):
    """What is done inside is one step of the image's undo history."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()
        Gimp.displays_flush()


def in_place(source, outcome, ready):
    layer, image, region = source.layer, source.image, source.region
    # Merging through a selection would blend in GIMP's own space and round; the daemon has blended already. So the selection is
    # set aside while merging: without one, GIMP copies the shadow as it is. Where that is exact (8 bit) a rectangle will do.
    partly = region.width < layer.get_width() or region.height < layer.get_height()
    by_rectangle = partly and source.form.depth == "u8"
    if source.seen is None:
        yield from _shadowing(source, outcome, layer.get_buffer(), partly and not by_rectangle)
    ready()
    with one_undo_step(image):
        if source.seen is not None:  # the picture with its live filters was restored, so they are in its pixels now
            layer.merge_filters()
            at_once(_shadowing(source, outcome, layer.get_buffer(), partly and not by_rectangle))
        with _selection_aside(image, layer, region if by_rectangle else None):
            layer.merge_shadow(True)
            recipes.sign(layer, outcome.recipe)
    layer.update(region.x, region.y, region.width, region.height)
    return Given(layer)


def into_the_result(source, wish, outcome, ready):
    """Adjust a result: the layer it came from, restored anew, takes its place. One undo step."""
    result, image = source.result, source.image
    yield from _shadowing(source, outcome, source.drawable.get_buffer(), True)
    made_of = yield from recipes.noting(source, outcome.pixels)
    ready()
    with one_undo_step(image), _selection_aside(image, result, None):
        result.merge_shadow(True)
        result.set_name(title_of_adjusted(result.get_name(), recipes.of(result) or {}, _followed(wish, outcome), _deed))
        recipes.sign(result, outcome.recipe, made_of)
    result.update(0, 0, result.get_width(), result.get_height())
    return Given(result)


def _shadowing(source, outcome, original, beneath):
    """Fill the shadow of the layer that is changed, in pieces; beneath: what is not restored is in it, too, from `original`."""
    changed = source.result or source.layer
    shadow = changed.get_shadow_buffer()
    if beneath:
        yield from pixels.copying(original, shadow, changed.get_width(), changed.get_height())
    yield from pixels.writing(shadow, source.region, source.form, outcome.pixels, original)


@contextmanager
def _selection_aside(image, layer, region):
    """No selection, or only the rectangle of `region`, for a moment; the user's own is put back as it was."""
    selected = pixels.has_selection(image)
    if not selected and region is None:
        yield
        return
    chosen = image.get_selected_drawables()
    kept = Gimp.Selection.save(image) if selected else None
    try:
        if region is None:
            Gimp.Selection.none(image)
        else:
            _hit, dx, dy = layer.get_offsets()
            image.select_rectangle(Gimp.ChannelOps.REPLACE, region.x + dx, region.y + dy, region.width, region.height)
        yield
    finally:
        if kept is None:
            Gimp.Selection.none(image)
        else:
            image.select_item(Gimp.ChannelOps.REPLACE, kept)
            image.remove_channel(kept)
        if list(chosen) != list(image.get_selected_drawables()):
            image.set_selected_layers(list(chosen))


def as_new_layer(source, wish, outcome, ready):
    layer, image = source.layer, source.image
    fresh = twins.twin(image, layer, source.drawable)
    try:
        if layers.is_drawn(layer):
            yield from twins.fill(fresh, layer, source.drawable)
        yield from pixels.writing(fresh.get_buffer(), source.region, source.form, outcome.pixels, source.drawable.get_buffer())
        recipes.sign(fresh, outcome.recipe, (yield from recipes.noting(source, outcome.pixels)))
        if source.selection is not None:
            yield from twins.cover(fresh, source.selection)
        covers = source.selection is not None or (yield from layers.covering(layer))
        ready()
    except BaseException:
        fresh.delete()
        raise
    fresh.set_name(_name(wish, outcome))
    with one_undo_step(image):
        image.insert_layer(fresh, layer.get_parent(), image.get_item_position(layer))
        if not covers:
            # two half-transparent layers would add up; the original stays, one click away
            layer.set_visible(False)
    fresh.update(0, 0, fresh.get_width(), fresh.get_height())
    return Given(fresh)


def on_top(source, wish, outcome, ready):
    """The result of what is visible: a layer above all others."""
    image, layer = source.image, source.layer
    yield from pixels.writing(layer.get_buffer(), source.region, source.form, outcome.pixels, layer.get_buffer())
    ready()
    layer.set_name(_name(wish, outcome))
    recipes.sign(layer, outcome.recipe)
    with one_undo_step(image):
        image.insert_layer(layer, None, 0)
    layer.update(0, 0, layer.get_width(), layer.get_height())
    return Given(layer)


def as_new_image(source, wish, outcome, ready):
    """The layer alone, perhaps enlarged, with the image's precision, profile, resolution and metadata."""
    old, result, original = source.image, outcome.pixels, source.drawable
    width, height = (side * wish.scale for side in source.layer_size)
    image = layers.image_like(old, width, height)
    try:
        image.set_resolution(*old.get_resolution()[1:])
        metadata = old.get_metadata()
        if metadata is not None:
            image.set_metadata(metadata)
        kind = layers.type_of(original)
        layer = Gimp.Layer.new(image, _name(wish, outcome), width, height, kind, 100.0, Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        region = source.region
        if wish.scale > 1:  # always of the whole layer
            region = pixels.Region(0, 0, width, height)
        else:
            yield from pixels.copying(original.get_buffer(), layer.get_buffer(), width, height)
        yield from pixels.writing(layer.get_buffer(), region, source.form, result, original.get_buffer())
        ready()
        recipes.sign(layer, outcome.recipe)
        layer.update(0, 0, width, height)
        image.undo_enable()
    except BaseException:
        image.delete()
        raise
    return Given(layer, image)


def _name(wish, outcome):
    """The instruction on one line, or what was done when there was none."""
    return title(_followed(wish, outcome), _deed)


def _followed(wish, outcome):
    """The wish with the plan that was followed."""
    return wish if wish.plan is not None else replace(wish, plan=outcome.plan)


def _deed(step):
    return deed(step, _)
