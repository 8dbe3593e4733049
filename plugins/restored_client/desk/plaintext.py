"""Other people's words in Qt's tooltips and message boxes, which have no setting for plain text."""

from __future__ import annotations

from html import escape


def plain(text: str) -> str:
    """Text shown as it is, where Qt would take what looks like HTML for it (and open the pictures that it names)."""
    return f"<qt>{escape(text)}</qt>" if "<" in text else text
