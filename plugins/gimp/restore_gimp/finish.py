"""What happens with a result: where it goes when the image has changed while the job ran, and what the user is told."""

from restored_client.desk.wish import NEW_IMAGE
from restored_client.wire.errors import Cancelled

from . import layers, pixels, placing
from .pieces import at_once
from .words import CATALOGUE, Refusal, _


def give_back(source, wish, outcome):
    """Put a changed outcome into the image: one undo step, or a new image when it was enlarged. Raises Refusal."""
    return at_once(giving_back(source, wish, outcome))


def giving_back(source, wish, outcome, cancelled=lambda: False):
    """The same in pieces, for a window that has to stay alive: a generator that yields now and then until all is prepared, and
    returns the Given. Raises Cancelled, too, if it is `cancelled()` before the image was changed."""

    def ready():
        """Call right before the image is changed: the person may have gone on working since the last yield."""
        if cancelled():
            raise Cancelled
        _check_unchanged(source)

    given = yield from _placing(source, wish, outcome, ready)
    return given._replace(message=" ".join(filter(None, (given.message, _notes(outcome)))))


def _notes(outcome):
    """What the engine did otherwise than asked, such as computing on the processor; what the plan says itself was read before."""
    said = outcome.message
    for entry in outcome.plan.get("unused", ()):
        said = said.replace(str(entry.get("message") or "") if isinstance(entry, dict) else str(entry), "")
    return CATALOGUE.sentence(" ".join(said.split()))


def _placing(source, wish, outcome, ready):
    _check_unchanged(source)
    if source.result is not None:
        return (yield from placing.into_the_result(source, wish, outcome, ready))
    if wish.where == NEW_IMAGE:
        return (yield from placing.as_new_image(source, wish, outcome, ready))
    if source.visible:
        return (yield from placing.on_top(source, wish, outcome, ready))
    wanted = layers.check_output(source.layer, wish.output, wish.scale, source.region.mask is not None)
    painted = wanted == layers.REPLACE and (yield from source.painted_on())
    if wanted == layers.REPLACE and not painted:
        return (yield from placing.in_place(source, outcome, ready))
    given = yield from placing.as_new_layer(source, wish, outcome, ready)
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
