"""The enlargement that a sentence asks for: needed before a picture is read, and cheap."""

from .grammar import hear, language_of, load
from .sanitize import clean


def asked_scale(text: str) -> int | None:
    """2 or 4 where the words say how many times as large ("2x", "twice as large"), in any language, else None."""
    said = clean(text).text
    return hear(said, load(language_of(said))).scale or hear(said, load("en")).scale
