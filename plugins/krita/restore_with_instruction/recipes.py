"""How a layer was made, kept in the document: annotations for each restored layer, saved in the .kra with it."""

from __future__ import annotations

import zlib
from typing import Any, Dict, NamedTuple, Optional

from . import capture, nodes
from .noted import MOST_PACKED, mask_of, rect_of, whole_of
from .qt import QtCore
from .restored_client.desk.masks import cut
from .restored_client.wire.errors import ClientError
from .restored_client.wire.pixels import Pixels
from .restored_client.wire.recipe import decode_recipe, encode_recipe
from .words import tr

_PREFIX = "restored-recipe-"  # no slash: Krita makes a file name of it
_MASK = "restored-mask-"
_SUCCESSOR = "restored-adjusted-"


class Origin(NamedTuple):
    """Where a result came from: ids of the result and of the layer it was made of, what of that was restored, and how."""

    result: str
    source: str
    rect: nodes.Rect
    mask: Optional[bytes]
    recipe: Dict[str, Any]
    checksum: int
    """Of the result's pixels as they were put there."""

    def mask_in(self, rect: nodes.Rect) -> Optional[Pixels]:
        """What of a rectangle on the canvas may change; None where all of it may."""
        if self.mask is None:
            return None
        return cut(Pixels(self.rect[2], self.rect[3], 1, "u8", self.mask), self.rect, rect)


def _key(node, prefix: str = _PREFIX) -> str:
    return prefix + node.uniqueId().toString().strip("{}")


def attach(document, node, recipe: Optional[Dict[str, Any]], source: Optional[capture.Source] = None, checksum: int = 0) -> None:
    """Note on the document how this layer was made; with `source`, also of which layer and of what of it."""
    if not recipe:
        return
    noted = dict(recipe)
    if source is not None:
        packed = b"" if source.mask is None else zlib.compress(source.mask, 6)
        if len(packed) <= MOST_PACKED:
            noted["origin"] = {"node": source.node, "rect": list(source.rect), "mask": bool(packed), "checksum": checksum}
            if packed:
                words = tr("Restore with instruction: what was selected")
                document.setAnnotation(_key(node, _MASK), words, QtCore.QByteArray(packed))
    data = QtCore.QByteArray(encode_recipe(noted).encode("utf-8"))
    document.setAnnotation(_key(node), tr("Restore with instruction: how a layer was made"), data)


def read(document, node) -> Optional[Dict[str, Any]]:
    """How this layer was made, or None when it was not made here or its note cannot be read."""
    if _key(node) not in document.annotationTypes():
        return None
    try:
        return decode_recipe(bytes(document.annotation(_key(node))))
    except ClientError:
        return None


def note_successor(document, former, now) -> None:
    """`now` has taken the place of a result that was adjusted: what was made of that, and jobs about it, find it by this."""
    identity = QtCore.QByteArray(nodes.node_id(now).encode("ascii"))
    document.setAnnotation(_key(former, _SUCCESSOR), tr("Restore with instruction: how a layer was made"), identity)


def latest(document, identity: str):
    """The layer with this id, or what it was adjusted to since; None when it was deleted."""
    known = set(document.annotationTypes())
    while True:
        node = nodes.find_node(document, identity)
        key = _SUCCESSOR + identity.strip("{}")
        if node is not None or key not in known:
            return node
        known.remove(key)  # a file from elsewhere may lead in a circle
        identity = bytes(document.annotation(key)).decode("ascii", "replace")


def origin(document, node) -> Optional[Origin]:
    """The Origin of a result that can be adjusted; None for any other layer, or when what it was made of is gone."""
    if document is None or node is None:
        return None
    recipe = read(document, node)
    noted = recipe.pop("origin", None) if recipe else None
    if recipe is None or not isinstance(noted, dict):
        return None
    identity, rect, mask = noted.get("node"), rect_of(noted.get("rect")), None
    source = latest(document, identity) if isinstance(identity, str) else None
    if not isinstance(identity, str) or source is None or rect is None:
        return None
    if noted.get("mask"):
        mask = mask_of(bytes(document.annotation(_key(node, _MASK))), rect[2] * rect[3])
        if mask is None:
            return None
    return Origin(nodes.node_id(node), nodes.node_id(source), rect, mask, recipe, whole_of(noted.get("checksum")))
