"""What happens with a result: where it goes when the document has changed while the job ran, and what the user is told."""

from __future__ import annotations

import unicodedata
from typing import Tuple

from . import annotate, layers, turns
from .i18n import tr

_NO_TEXT = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of pairs, separators of lines and paragraphs
_NO_XML = "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # the latter turn the rest of the line round


def finish(job, data, width: int, height: int, output: str) -> Tuple[str, str]:
    """Put a result, a QByteArray, where it belongs. Returns the job's state and a sentence. GUI thread only.

    Raises layers.Refused, or layers.Changed when the layer may not be replaced any more.
    """
    with turns.taken():
        return _finish(job, data, width, height, output)


def _finish(job, data, width: int, height: int, output: str) -> Tuple[str, str]:
    source, wish = job.source, job.wish
    if output == layers.NEW_DOCUMENT or wish.scale > 1:
        document, layer = layers.place_new_document(source, data, width, height, title(wish), wish.scale)
        _sign(job, document, layer)
        return "done", tr("Opened as a new document, %d × %d pixels.") % (width, height)
    document = layers.find_document(source.document)
    if document is None:
        raise layers.Refused(tr("The document was closed in the meantime; the result was dropped."))
    node = layers.find_node(document, source.node)
    if node is None:
        raise layers.Refused(tr("The layer “%s” was deleted in the meantime; the result was dropped.") % source.name)
    if output == layers.NEW_LAYER:
        layer = layers.place_new_layer(document, node, source, data, title(wish))
        said = tr("New layer above “%s”. Undo takes it away again.") % node.name()
    elif not layers.unchanged(node, source):
        raise layers.Changed(tr("“%s” was changed in the meantime, so the result is a new layer above it.") % node.name())
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
    words = " ".join(one_line(wish.instruction).split())
    if not words:
        words = ", ".join(tr(str(step.get("label", step["task"]))) for step in wish.plan.get("steps", ()))
    return words if len(words) <= 60 else words[:59] + "…"


def one_line(text: str) -> str:
    """Without what is no text: Krita writes a layer's name into the file as it is, and could not open the file again."""
    return "".join(" " if unicodedata.category(letter) in _NO_TEXT or letter in _NO_XML else letter for letter in text)
