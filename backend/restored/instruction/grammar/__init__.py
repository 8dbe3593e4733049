"""Directions, amounts, places and exclusions: read by rules that are the same for every language, from a table of words each."""

from .concepts import languages, load, tokens
from .heard import Clause, Heard, Named, Turn
from .interpret import content, hear
from .language import covers, language_of, margin
from .result import Said, said_of_result

__all__ = [
    "Clause",
    "Heard",
    "Named",
    "Said",
    "Turn",
    "content",
    "covers",
    "hear",
    "language_of",
    "languages",
    "load",
    "margin",
    "said_of_result",
    "tokens",
]
