"""Makes any string safe to read: control characters, lone surrogates, length, script."""

import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_CHARACTERS: Final = 1000
"""More is cut before anything else looks at it."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """text: of the same length as the (cut) original, character by character; cut: whether something was left out."""

    text: str
    cut: bool


def clean(text: object) -> Cleaned:
    """Any object -> text without control characters and lone surrogates (each becomes a space), at most 1,000 characters."""
    raw = text if isinstance(text, str) else "" if text is None else str(text)
    kept = raw[:MAX_CHARACTERS]
    safe = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Cf", "Co", "Cn") else c for c in kept)
    return Cleaned(safe, len(raw) > MAX_CHARACTERS)


def has_words(text: str) -> bool:
    """True when there is a letter at all: numbers, marks and emoji alone name nothing."""
    return any(c.isalpha() for c in text)


def mostly_foreign_script(text: str) -> bool:
    """True when most letters are not Latin: Cyrillic, Greek, Chinese, Arabic ..."""
    letters = [c for c in text if c.isalpha()]
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return bool(letters) and latin * 2 < len(letters)
