"""Krita's lists of layers and documents, with an owner.

Before Krita 6 the entries of a list belong to nobody: each lives on until Krita quits, and keeps its layer, with all its pixels,
long after the document was closed. Single layers (`activeNode`, `parentNode`, ...) belong to Python from the start.
"""

from __future__ import annotations

from typing import Any, List

from krita import Krita

from .qt import sip


def children(node: Any) -> List[Any]:
    """The layers in a group, or the masks of a layer, the lowest first."""
    return _owned(node.childNodes())


def top_level(document: Any) -> List[Any]:
    """The layers of a document that are in no group, the lowest first."""
    return _owned(document.topLevelNodes())


def chosen(view: Any) -> List[Any]:
    """The layers that are chosen in a view's list of layers; none in Krita's that cannot say."""
    return _owned(view.selectedNodes()) if hasattr(view, "selectedNodes") else []


def documents() -> List[Any]:
    """Every open document."""
    return _owned(Krita.instance().documents())


def _owned(found: Any) -> List[Any]:
    entries = list(found)
    for each in entries:
        if not sip.ispyowned(each):
            sip.transferback(each)
    return entries
