"""From a layer to what travels: what of it a job takes along."""

from typing import Any, NamedTuple, Optional, Tuple

from restored_client.desk.wish import MASKED, NEW_LAYER
from restored_client.wire.pixels import DEPTHS, Pixels

from . import layers, miniature, pixels, seen
from .pieces import at_once
from .target import discard
from .words import Refusal, _

MARGIN = 64
"""Pixels around a selection that are sent along, so that its edge is restored like the inside of the picture."""


class Source(NamedTuple):
    """A layer's pixels as they were when the user pressed the button.

    seen: see Target. selection: what was selected of all of the layer, where that will be the mask of the result.
    """

    image: Any
    layer: Any
    form: pixels.Form
    region: pixels.Region
    content: Pixels
    context: Pixels
    layer_size: Tuple[int, int]
    result: Optional[Any] = None
    visible: bool = False
    seen: Optional[Any] = None
    selection: Optional[Pixels] = None

    @property
    def drawable(self):
        """What has the pixels that were taken."""
        return self.seen or self.layer

    def painted_on(self):
        """Whether the pixels that were taken are others by now, as when the person went on working: a generator that yields now
        and then, and returns that."""
        now = None if self.seen is None else seen.drawable(self.image, self.layer)
        try:
            buffer, row = (now or self.layer).get_buffer(), self.region.width * self.form.channels * DEPTHS[self.form.depth]
            for part in pixels.strips(self.region):
                start = (part.y - self.region.y) * row
                taken = self.content.view[start : start + part.height * row]
                if bytes(pixels.read(buffer, part, self.form).data) != bytes(taken):
                    return True
                yield
            return False
        finally:
            discard(now)

    def forget(self):
        """Give back what was copied to read it, unless it is the result by now."""
        discard(self.seen)
        if self.visible and self.layer.is_valid() and self.layer not in self.image.get_layers():
            self.layer.delete()


def take(target, wish):
    """Read the layer, or what the selection covers of it, and its thumbnail. Raises Refusal; changes nothing."""
    return at_once(taking(target, wish))


def taking(target, wish):
    """The same in pieces, for a window that has to stay alive: a generator that yields now and then, and returns the Source."""
    if not target.is_there():
        raise Refusal(layers.GONE)
    if target.layer.get_image() != target.image:
        raise Refusal(_("“{layer}” belongs to another image.").format(layer=target.layer.get_name()))
    target = target.look()
    try:
        return (yield from _reading(target, wish))
    except BaseException:  # also when nobody wants the rest
        target.forget()
        raise


def _reading(target, wish):
    image, layer, selection = target.image, target.drawable, None
    if target.result is None:
        layers.check_output(target.layer, NEW_LAYER if target.visible else wish.output, wish.scale, target.selected())
        region = yield from pixels.selected_region(image, layer, MARGIN)
        if region is not None and region.mask is not None and wish.where == MASKED and can_be_masked(target):
            selection = yield from pixels.whole_selection(image, layer)
            whole = pixels.Region(0, 0, selection.width, selection.height)
            # what fills holes has to know where they are
            region = whole._replace(mask=selection if _fills(wish) else None)
    else:
        region = target.region
        if layers.locked(target.result):
            raise Refusal(_("The layer's pixels are locked. Unlock them, or put the result on a new layer."))
    if region is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    form = pixels.form_of(layer)
    buffer = layer.get_buffer()
    content = yield from pixels.reading(buffer, region, form)
    size = layer.get_width(), layer.get_height()
    context = yield from miniature.context_parts(buffer, *size, form)
    made = Source(image, target.layer, form, region, content, context, size, target.result, target.visible, target.seen)
    return made._replace(selection=selection)


def can_be_masked(target):
    """Whether a result can have what is selected as its mask: it lies on a new layer that has none from its source."""
    return target.result is None and not target.visible and target.layer.get_mask() is None


def _fills(wish):
    return wish.plan is not None and any(step.get("task") == "inpaint" for step in wish.plan.get("steps", ()))
