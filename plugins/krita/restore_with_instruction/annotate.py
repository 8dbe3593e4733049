"""How a layer was made, kept in the document: one annotation per restored layer, saved in the .kra with it."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .i18n import tr
from .qt import QtCore
from .restored_client.wire.errors import ClientError
from .restored_client.wire.recipe import decode_recipe, encode_recipe

_PREFIX = "restored-recipe-"  # no slash: Krita makes a file name of it


def _key(node) -> str:
    return _PREFIX + node.uniqueId().toString().strip("{}")


def attach(document, node, recipe: Optional[Dict[str, Any]]) -> None:
    """Note on the document how this layer was made."""
    if recipe:
        data = QtCore.QByteArray(encode_recipe(recipe).encode("utf-8"))
        document.setAnnotation(_key(node), tr("Restore with instruction: how a layer was made"), data)


def read(document, node) -> Optional[Dict[str, Any]]:
    """How this layer was made, or None when it was not made here or its note cannot be read."""
    if _key(node) not in document.annotationTypes():
        return None
    try:
        return decode_recipe(bytes(document.annotation(_key(node))))
    except ClientError:
        return None
