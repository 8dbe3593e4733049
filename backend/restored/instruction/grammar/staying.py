"""What is to stay beside a wish: "brighter, but keep the colours"."""

from .concepts import Words
from .tokens import tokens


def kept(text: str, words: Words) -> tuple[frozenset[str], str]:
    """Which of colours, texture and grain a text wants kept, and the text without the words that say so of texture and grain."""
    row = tokens(text)
    hits = words.find(row, frozenset({"kept"}))
    left = list(text)
    for hit in hits:
        if hit.name != "colours":
            start, end = row[hit.first].start, row[hit.last].end
            left[start:end] = " " * (end - start)
    return frozenset(hit.name for hit in hits), "".join(left)
