"""What happens with a result: where it goes when the document has changed while the job ran, and what the user is told."""

from __future__ import annotations

from typing import Tuple

from . import annotate, layers
from .i18n import tr
from .pixels import Buffer


def finish(job, data: Buffer, width: int, height: int) -> Tuple[str, str]:
    """Put a result where it belongs. Returns the job's state and a sentence. GUI thread only; raises layers.Refused."""
    source, wish = job.source, job.wish
    if wish.output == layers.NEW_DOCUMENT or wish.scale > 1:
        document, layer = layers.place_new_document(source, data, width, height, title(wish), wish.scale)
        _sign(job, document, layer)
        return "done", tr("Opened as a new document, %d × %d pixels.") % (width, height)
    document = layers.find_document(source.document)
    if document is None:
        raise layers.Refused(tr("The document was closed in the meantime; the result was dropped."))
    node = layers.find_node(document, source.node)
    if node is None:
        raise layers.Refused(tr("The layer “%s” was deleted in the meantime; the result was dropped.") % source.name)
    if wish.output == layers.NEW_LAYER:
        layer = layers.place_new_layer(document, node, source, data, title(wish))
        said = tr("New layer above “%s”. Undo takes it away again.") % node.name()
    elif not layers.unchanged(node, source):
        layer = layers.place_new_layer(document, node, source, data, title(wish))
        said = tr("“%s” was changed in the meantime, so the result is a new layer above it.") % node.name()
    else:
        layers.check(document, node, layers.IN_PLACE)
        layer = layers.place_in_place(document, node, source, data)
        said = tr("“%s” was replaced. Undo twice to go back.") % node.name()
    _sign(job, document, layer)
    return "done", said


def _sign(job, document, layer) -> None:
    job.result = layers.node_id(layer)
    annotate.attach(document, layer, job.recipe)


def title(wish) -> str:
    """The result's name: the instruction on one line, or what was done when there is none."""
    words = " ".join(wish.instruction.split())
    if not words:
        words = ", ".join(tr(str(step.get("label", step["task"]))) for step in wish.plan.get("steps", ()))
    return words if len(words) <= 60 else words[:59] + "…"
