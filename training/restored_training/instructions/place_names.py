"""What places are called in the languages of the corpora: a label names them in English."""

import re
from functools import cache

from .phrases import FOLDER


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Of each name, the words of `phrases/places.txt`: those of scripts with spaces to their end."""
    found: dict[str, re.Pattern[str]] = {}
    for line in (FOLDER / "places.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, *stems = line.split("|")
            found[name] = re.compile("|".join(map(_pattern, sorted(set(stems), key=len, reverse=True))), re.I)
    return found


def _pattern(stem: str) -> str:
    return re.escape(stem) if "\u3040" <= stem[0] <= "\u9fff" else rf"(?<!\w){re.escape(stem)}[^\W\d_]*"


def named(text: str, place: str) -> list[tuple[int, int]]:
    """Where a text speaks of a place by another word than a label's English one."""
    pattern = _patterns().get("skin" if place == "face" else place)
    return [found.span() for found in pattern.finditer(text)] if pattern else []


def is_named(word: str, place: str) -> bool:
    """Whether a word, alone, is one for this place."""
    pattern = _patterns().get(place)
    return pattern is not None and pattern.match(word) is not None
