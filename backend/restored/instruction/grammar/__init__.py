"""Directions, amounts, places and exclusions: read by rules that are the same for every language, from a table of words each."""

from .concepts import languages, load
from .heard import Clause, Heard, Named, Turn
from .interpret import content, hear

__all__ = ["Clause", "Heard", "Named", "Turn", "content", "hear", "languages", "load"]
