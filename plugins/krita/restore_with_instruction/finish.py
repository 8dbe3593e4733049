"""What happens with a result: where it goes when the document has changed while the job ran, and what the user is told."""

from __future__ import annotations

import zlib
from typing import Any, Dict, Optional, Tuple

from . import capture, layers, nodes, placing, recipes, turns
from .restored_client.desk import wish as wishes
from .restored_client.desk.deeds import deed
from .words import tr


def finish(job, data, width: int, height: int, output: str) -> Tuple[str, str]:
    """Put a result, a QByteArray, where it belongs. Returns the job's state and a sentence. GUI thread only.

    Raises layers.Refused, or layers.Changed when the layer may not be replaced any more.
    """
    with turns.taken():
        return _finish(job, data, width, height, output)


def check_output(job) -> None:
    """Raise Refused, with a sentence, when the layer cannot be restored to what is asked for. GUI thread only."""
    document = nodes.find_document(job.source.document)
    node = None if document is None else nodes.find_node(document, job.source.node)
    if node is not None:
        layers.check(document, node, job.wish.where)


def _finish(job, data, width: int, height: int, output: str) -> Tuple[str, str]:
    source, wish = job.source, job.wish
    if output == wishes.NEW_IMAGE:
        _open(job, source, data, width, height)
        return "done", tr("Opened as a new document, %d × %d pixels.") % (width, height)
    document = nodes.find_document(source.document)
    if document is None:
        raise layers.Refused(tr("The document was closed or flattened in the meantime; the result was dropped."))
    node = nodes.find_node(document, source.node)
    if node is None:
        raise layers.Refused(tr("The layer “%s” was deleted or merged in the meantime; the result was dropped.") % source.name)
    if source.result:
        return _adjust(job, document, data)
    now = capture.today(document, node, source)
    if now is None:
        _open(job, source, data, width, height)
        return "done", tr("“%s” was resized or converted in the meantime, so the result is a picture of its own.") % source.name
    if output in (wishes.NEW_LAYER, wishes.MASKED):
        layer = placing.place_new_layer(document, node, now, data, title(wish))
        said = tr("New layer above “%s”. Undo takes it away again.") % node.name()
        if nodes.is_root(node):
            said = tr("New layer above all others. Undo takes it away again.")
        elif node.animated():
            said = tr("New layer of the frame on show, seen at all times. Undo takes it away again.")
        elif node.type() == "filelayer":
            said = tr("New layer above “%s”. The file that it shows was left as it is.") % node.name()
        if now.selection is not None:
            placing.mask(document, layer, now.selection, now.rect)
            said = tr("New layer above “%s”, masked by what was selected. Undo takes it away again.") % nodes.name_of(
                document, node
            )
        _sign(job, document, layer, now)
        return "done", said
    if not capture.unchanged(node, now):
        raise layers.Changed(tr("“%s” was changed in the meantime, so the result is a new layer above it.") % node.name())
    layers.check(document, node, wishes.REPLACE)
    layer = placing.place_in_place(document, node, now, data, node.name())
    _sign(job, document, layer)
    return "done", tr("“%s” was replaced. Undo brings it back.") % node.name()


def _open(job, source: capture.Source, data, width: int, height: int) -> None:
    """The result as a picture of its own."""
    document, layer = placing.place_new_document(source, data, width, height, title(job.wish), job.wish.scale)
    _sign(job, document, layer)


def _adjust(job, document, data) -> Tuple[str, str]:
    """Put another result in the place of one, unless somebody has painted on that since."""
    source = job.source
    layer = recipes.latest(document, source.result)
    origin = recipes.origin(document, layer)
    if layer is None or origin is None:
        raise layers.Refused(tr("The layer “%s” was deleted or merged in the meantime; the result was dropped.") % source.name)
    if zlib.crc32(nodes.read(layer, source.rect)) != origin.checksum:
        raise layers.Refused(
            tr("“%s” was painted on since it was made, so it was not adjusted. Switch “Adjust this result” off.") % layer.name()
        )
    name = wishes.title_of_adjusted(layer.name(), origin.recipe, job.wish, _deed)
    if layers.has_clones(document, layer):
        placing.amend(document, layer, source, data, name)
        _sign(job, document, layer, source)
        return "done", tr("“%s” was adjusted, and its clones with it. Undo cannot take this back.") % name
    layers.check(document, layer, wishes.REPLACE)
    now = placing.place_in_place(document, layer, source, data, name)
    recipes.note_successor(document, layer, now)
    _sign(job, document, now, source)
    return "done", tr("“%s” was adjusted. Undo takes the adjustment back.") % name


def _sign(job, document, layer, origin: Optional[capture.Source] = None) -> None:
    """Note how a layer was made; origin: of what, where it can be adjusted."""
    job.result = nodes.node_id(layer)
    recipes.attach(document, layer, job.recipe, origin, job.checksum)


def title(wish: wishes.Wish) -> str:
    """The result's name."""
    return wishes.title(wish, _deed)


def _deed(step: Dict[str, Any]) -> str:
    return deed(step, tr)
