"""The recipe on a layer: what was done to it, as a parasite that is kept in the XCF file and travels with copies of the layer."""

import json

from gi.repository import Gimp

from restored_client.wire.errors import ClientError
from restored_client.wire.recipe import PARASITE, decode_recipe, encode_recipe

from .words import Refusal, _

FLAGS = Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE


def parasite(recipe):
    """What carries a recipe. In ASCII: GIMP's Python takes a parasite's bytes as signed, so that one of “ä” would overflow."""
    text = json.dumps(json.loads(encode_recipe(recipe)), ensure_ascii=True, separators=(",", ":"))
    return Gimp.Parasite.new(PARASITE, FLAGS, text.encode("ascii"))


def of(layer):
    """The recipe on this layer, or None when there is none or it cannot be read."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        return decode_recipe(bytes(parasite.get_data()))
    except ClientError:
        return None


def stored_plan(config):
    """The plan that was edited for the instruction in a procedure's config, or None."""
    try:
        plan = json.loads(config.get_property("plan") or "null")
    except ValueError:
        return None
    return plan if isinstance(plan, dict) and plan.get("text") == config.get_property("instruction") else None


def for_repeating(image, layer):
    """The recipe to repeat on `layer`: its own, else that of the topmost layer that has one. Raises Refusal."""
    found = of(layer)
    if found is None:
        found = next((recipe for recipe in map(of, _all_layers(image.get_layers())) if recipe is not None), None)
    if found is None:
        raise Refusal(_("No layer of this image was restored before, so there is nothing to repeat."))
    return found


def _all_layers(layers):
    """Layers and the children of groups, topmost first."""
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from _all_layers(layer.get_children())
