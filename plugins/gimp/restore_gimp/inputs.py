"""Ways to open the window: on a layer or several, on what is visible, on all open images."""

import gi

gi.require_version("GimpUi", "3.0")
from gi.repository import Gimp, GimpUi

from . import layers, recipes, shell, target, window


def run(image, drawables, config):
    """Show the window until something was restored or the user leaves. Returns apply.Given, or None. Raises Refusal.

    Several layers are restored one after the other; the preview shows the first.
    """
    layer, *others = [layers.the_layer([each]) for each in drawables] or [layers.the_layer([])]
    origin = None if others else recipes.origin(image, layer)
    return _run(target.Target(image, layer), origin, config, [target.Target(image, other) for other in others])


def run_visible(image, config):
    """The same for what is visible of the image."""
    return _run(target.visible(image), None, config)


def run_images(image, config):
    """The same for all open images, this one first: of each the layer that is chosen, else what is visible."""
    images = [image, *(each for each in Gimp.get_images() if each != image)]
    first, *others = [found for found in map(target.of_image, images) if found is not None] or [target.visible(image)]
    return _run(first, None, config, others)


def _run(fresh, origin, config, others=()):
    GimpUi.init(shell.ROLE)
    return window.RestoreWindow(fresh, origin, config, others).run()
