"""The recipe on a layer: what was done to it, as a parasite that is kept in the XCF file and travels with copies of the layer."""

from gi.repository import Gimp

from restored_client.errors import ClientError
from restored_client.recipe import PARASITE, decode_recipe, encode_recipe

from .words import Refusal, _

FLAGS = Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE


def attach(layer, recipe):
    layer.attach_parasite(Gimp.Parasite.new(PARASITE, FLAGS, encode_recipe(recipe).encode("utf-8")))


def of(layer):
    """The recipe on this layer, or None when there is none or it cannot be read."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        return decode_recipe(bytes(parasite.get_data()))
    except ClientError:
        return None


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
