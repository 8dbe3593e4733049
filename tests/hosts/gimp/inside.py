"""Runs inside GIMP (python-fu-eval): what the batch tests do there. Talks to the test by lines "@@ {json}" on its output."""

import json
import os
import sys
import traceback

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
from gi.repository import Babl, Gegl, Gimp, Gio, GObject

Gegl.init(None)
PROCEDURE = "plug-in-restore-with-instruction"
BOX = os.environ["RWI_BOX"]


def tell(**facts):
    print("@@ " + json.dumps(facts), flush=True)


def whole(item):
    return Gegl.Rectangle.new(0, 0, item.get_width(), item.get_height())


def native(layer):
    """The layer's own bytes."""
    return bytes(layer.get_buffer().get(whole(layer), 1.0, None, Gegl.AbyssPolicy.NONE))


def read(layer, name):
    return bytes(layer.get_buffer().get(whole(layer), 1.0, name, Gegl.AbyssPolicy.NONE))


def write(layer, name, data):
    buffer = layer.get_buffer()
    buffer.set(whole(layer), name, data)
    buffer.flush()
    layer.update(0, 0, layer.get_width(), layer.get_height())


def save(name, data):
    with open(os.path.join(BOX, name), "wb") as file:
        file.write(data)
    return name


def load(name):
    with open(os.path.join(BOX, name), "rb") as file:
        return file.read()


def picture(width, height, precision="U8_NON_LINEAR", gray=False, alpha=False, profile=None, offset=(0, 0), canvas=None):
    """An image with one layer, as the cases need it. Returns (image, layer)."""
    base = Gimp.ImageBaseType.GRAY if gray else Gimp.ImageBaseType.RGB
    image = Gimp.Image.new_with_precision(*(canvas or (width, height)), base, getattr(Gimp.Precision, precision))
    if profile:
        image.set_color_profile(Gimp.ColorProfile.new_from_file(Gio.File.new_for_path(profile)))
    kinds = {
        (False, False): Gimp.ImageType.RGB_IMAGE,
        (False, True): Gimp.ImageType.RGBA_IMAGE,
        (True, False): Gimp.ImageType.GRAY_IMAGE,
        (True, True): Gimp.ImageType.GRAYA_IMAGE,
    }
    layer = Gimp.Layer.new(image, "photo", width, height, kinds[gray, alpha], 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*offset)
    return image, layer


def format_of(layer):
    return Babl.get_name(layer.get_format())


def call(image, drawables=None, procedure=PROCEDURE, mode="NONINTERACTIVE", **arguments):
    """Run our procedure; returns (status name, result layer or None, error sentence)."""
    found = Gimp.get_pdb().lookup_procedure(procedure)
    config = found.create_config()
    config.set_property("run-mode", getattr(Gimp.RunMode, mode))
    config.set_property("image", image)
    config.set_core_object_array("drawables", image.get_selected_drawables() if drawables is None else drawables)
    for name, value in arguments.items():
        config.set_property(name, value)
    result = found.run(config)
    status = result.index(0)
    layer = result.index(1) if result.length() > 1 and status == Gimp.PDBStatusType.SUCCESS else None
    error = Gimp.get_pdb().get_last_error() if status != Gimp.PDBStatusType.SUCCESS else ""
    return Gimp.PDBStatusType(status).value_nick if hasattr(status, "value_nick") else str(status), layer, error


def recipe(layer):
    parasite = layer.get_parasite("restore-with-instruction/recipe")
    return None if parasite is None else json.loads(bytes(parasite.get_data()).decode())


def main(function):
    """Run a test's code; whatever it raises is told."""
    try:
        function()
        tell(end=True)
    except BaseException:
        tell(error=traceback.format_exc())
    sys.stdout.flush()


__all__ = ["BOX", "GObject"]
