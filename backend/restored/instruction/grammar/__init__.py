"""Directions, amounts, places and exclusions: read by rules that are the same for every language, from a table of words each."""

from .concepts import Words, languages, load
from .corrections import corrected
from .heard import Clause, Heard, Named, Pointed, Turn
from .interpret import amount_in, content, hear
from .language import covers, language_of, margin, rivals
from .referring import is_remark, subjects, swapped, takes_up
from .result import limits, names_only, said_in_parts, said_of_result
from .said import LESS, MORE, Said, factor_in
from .staying import kept
from .tokens import tokens

__all__ = [
    "LESS",
    "MORE",
    "Clause",
    "Heard",
    "Named",
    "Pointed",
    "Said",
    "Turn",
    "Words",
    "amount_in",
    "content",
    "corrected",
    "covers",
    "factor_in",
    "hear",
    "is_remark",
    "kept",
    "language_of",
    "languages",
    "limits",
    "load",
    "margin",
    "names_only",
    "rivals",
    "said_in_parts",
    "said_of_result",
    "subjects",
    "swapped",
    "takes_up",
    "tokens",
]
