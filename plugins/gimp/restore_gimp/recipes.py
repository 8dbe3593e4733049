"""The recipe on a layer: what was done to it, as a parasite that is kept in the XCF file and travels with copies of the layer."""

import json
import time
import zlib
from dataclasses import replace
from typing import Any, NamedTuple, Optional

from gi.repository import Gimp

from restored_client.desk.history import LastWish
from restored_client.desk.wish import NEW_LAYER, Wish, remembered
from restored_client.wire.answers import is_plan
from restored_client.wire.errors import ClientError
from restored_client.wire.parsing import parse_json
from restored_client.wire.pixels import DEPTHS, Pixels
from restored_client.wire.recipe import PARASITE, decode_recipe, encode_recipe

from . import layers, pixels
from .words import Refusal, _

FLAGS = Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE

MASK = "restore-with-instruction/mask"
"""Name of the parasite with the selection that was restored, packed by zlib."""

MOST_MASK = 8 << 20
"""Bytes of a packed selection at most: a larger one is not kept, and the result cannot be adjusted later."""

PACKED, SUMMED = 1 << 20, 1 << 24
"""Bytes of a mask that are packed, and of a result that are summed, in one go: some ten milliseconds."""

NO_PLAN = _("The plan is not JSON. It needs a list of steps, each with its task.")


class Origin(NamedTuple):
    """Where a result came from: the layer it was made of, its recipe, and the region of it that was restored.

    checksum: of the pixels in the region as they were put there; None where the layer does not keep them to the last bit.
    """

    source: Any
    recipe: dict
    region: pixels.Region
    checksum: Optional[int] = None


def parasite(recipe):
    """What carries a recipe. In ASCII: GIMP's Python takes a parasite's bytes as signed, so that one of “ä” would overflow."""
    text = json.dumps(parse_json(encode_recipe(recipe)), ensure_ascii=True, separators=(",", ":"))
    return Gimp.Parasite.new(PARASITE, FLAGS, text.encode("ascii"))


def of(layer):
    """The recipe on this layer, or None when there is none or it cannot be read."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        return decode_recipe(bytes(parasite.get_data()))
    except (ClientError, OverflowError, TypeError, ValueError):  # the last three: bytes that GIMP's Python takes as negative
        return None


class MadeOf(NamedTuple):
    """Which layer a result was made of, and what of it, as it is noted on the result. packed: the mask, b"" without one."""

    origin: dict
    packed: bytes


def noting(source, result):
    """The MadeOf of a result that can be adjusted later: a generator that yields now and then, and returns it, or None when its
    mask is too large to be kept. source: the capture.Source; result: the Pixels that were made of it."""
    region, mask = source.region, source.region.mask
    packed = b"" if mask is None else (yield from _packing(mask.view))
    if len(packed) > MOST_MASK:
        return None
    checksum = (yield from _summing(result.view)) if source.form.native else None
    origin = {
        "tattoo": source.layer.get_tattoo(),
        "region": [region.x, region.y, region.width, region.height],
        "mask": None if mask is None else mask.depth,
        "checksum": checksum,
    }
    return MadeOf(origin, packed)


def _packing(view):
    packer, packed = zlib.compressobj(6), bytearray()
    for start in range(0, len(view), PACKED):
        packed += packer.compress(view[start : start + PACKED])
        yield
    return bytes(packed + packer.flush())


def _summing(view):
    checksum = 0
    for start in range(0, len(view), SUMMED):
        checksum = zlib.crc32(view[start : start + SUMMED], checksum)
        yield
    return checksum


def sign(layer, recipe, made_of=None):
    """Note on a result how it was made; on one that lies on its own layer also its MadeOf."""
    noted = {**recipe, "when": round(time.time(), 3)}
    if made_of is not None:
        noted["origin"] = made_of.origin
        if made_of.packed:
            layer.attach_parasite(Gimp.Parasite.new(MASK, FLAGS, _as_text(made_of.packed)))
    layer.attach_parasite(parasite(noted))


def origin(image, layer):
    """The Origin of a result that can be adjusted; None for any other layer, or when what it was made of is gone or has another
    size by now."""
    recipe = of(layer)
    noted = recipe.get("origin") if recipe else None
    if recipe is None or not isinstance(noted, dict) or not isinstance(noted.get("tattoo"), int):
        return None
    source = next((other for other in _all_layers(image.get_layers()) if other.get_tattoo() == noted["tattoo"]), None)
    if source is None or source == layer:
        return None
    width, height = source.get_width(), source.get_height()
    region = _region(layer, noted, width, height)
    if region is None or (layer.get_width(), layer.get_height()) != (width, height):
        return None
    return Origin(source, {name: value for name, value in recipe.items() if name != "origin"}, region, noted.get("checksum"))


def painted_on(layer, origin):
    """Whether a result is no longer as it was made: a generator that yields now and then, and returns that.

    False also where it cannot be told.
    """
    form = pixels.form_of(layer)
    if origin.checksum is None or not form.native:
        return False
    buffer, checksum = layer.get_buffer(), 0
    for part in pixels.strips(origin.region):
        checksum = zlib.crc32(pixels.read(buffer, part, form).view, checksum)
        yield
    return checksum != origin.checksum


def _region(layer, noted, width, height) -> Optional[pixels.Region]:
    box = noted.get("region")
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(value, int) for value in box):
        return None
    x, y, w, h = box
    if not (x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= width and y + h <= height):
        return None
    depth = noted.get("mask")
    if depth is None:
        return pixels.Region(x, y, w, h)
    found = layer.get_parasite(MASK)
    try:
        # no further than a mask of this size: a file may hold what grows without end
        data = zlib.decompressobj().decompress(_as_bytes(bytes(found.get_data())), w * h * DEPTHS[depth])
        return pixels.Region(x, y, w, h, Pixels(w, h, 1, depth, data))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError, zlib.error):
        return None


def _as_text(data):
    """Bytes as letters that GIMP's Python can carry: it takes a parasite's bytes as signed."""
    return data.hex().encode("ascii")


def _as_bytes(text):
    return bytes.fromhex(text.decode("ascii"))


def wish_of(recipe, output):
    """The wish that a recipe stands for."""
    return remembered({**recipe, "output": output}, layers.OUTPUTS) or Wish(output=output)


def stored_plan(config):
    """The plan that was edited for the instruction in a procedure's config, or None."""
    try:
        plan = parse_json(config.get_property("plan") or "null")
    except ValueError:
        return None
    return plan if isinstance(plan, dict) and plan.get("text") == config.get_property("instruction") else None


def plan_in(config):
    """The plan that a call asks for: as the window stored it, or as a script gives it. Raises Refusal."""
    text = config.get_property("plan") or ""
    try:
        plan = parse_json(text or "null")
    except ValueError:
        raise Refusal(NO_PLAN) from None
    if plan is None:
        return None
    if not is_plan(plan) or "steps" not in plan:
        raise Refusal(NO_PLAN)
    instruction = config.get_property("instruction") or ""  # a script that leaves it out gives None
    stale = instruction.strip() and plan.get("text") is not None and plan["text"] != instruction
    return None if stale else plan


def for_repeating(image, layer, output, own_first=False):
    """The wish to repeat on `layer`: the last restoration that was carried out anywhere, else the latest recipe in this image.
    own_first: before them the layer's own recipe. Raises Refusal."""
    found = of(layer) if own_first else None
    if found is not None:
        return wish_of(found, output)
    last = LastWish().get(layers.OUTPUTS)
    if last is not None:
        return replace(last, output=last.output if output == NEW_LAYER else output)
    recipes = [recipe for recipe in map(of, _all_layers(image.get_layers())) if recipe is not None]
    if not recipes:
        raise Refusal(_("Nothing was restored yet, so there is nothing to repeat."))
    return wish_of(max(recipes, key=_when), output)


def _when(recipe):
    """When it was carried out, in seconds since 1970; 0 for one from before that was noted."""
    when = recipe.get("when")
    return when if isinstance(when, (int, float)) and not isinstance(when, bool) else 0


def _all_layers(layers):
    """Layers and the children of groups, topmost first."""
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from _all_layers(layer.get_children())
