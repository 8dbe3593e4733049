"""A text as a row of words, numbers and marks, folded so that they can be compared."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ALONE: Final = r"\u3040-\u30ff\u3400-\u9fff"
_LETTER: Final = rf"(?:(?![{_ALONE}])(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u0966-\u097f]))"
TOKEN: Final = re.compile(
    rf"(?:[+−-]|(?<!\S)–)?\d+(?:[.,/]\d+)?|[{_ALONE}]|{_LETTER}+(?:['’&/-]{_LETTER}+)*|[%&×]|[.,;:!?。，、；：！？।\n]+"
)
"""Words, numbers, single characters of scripts that write no spaces, and marks."""

_TYPED: Final = str.maketrans("’−–", "'--")
"""Marks that programs put in for the ones that are typed."""

MARKS: Final = frozenset(".,;:!?。，、；：！？।\n")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared (folded), and where it stands in the text."""

    word: str
    start: int
    end: int

    @property
    def mark(self) -> bool:
        """Punctuation."""
        return self.word[0] in MARKS


def joined(words: Sequence[Token]) -> str:
    """Words as they are written: with spaces where they have any between them."""
    return "".join(f" {word.word}" if i and word.start > words[i - 1].end else word.word for i, word in enumerate(words))


def fold(text: str) -> str:
    """Lower case; accents of Latin, Greek and Cyrillic letters dropped, as they often are in typing; the rest as it is."""
    if text.isascii():  # nearly every word of nearly every table, and these are read at each start
        return text.lower()
    return "".join(map(_plain, unicodedata.normalize("NFC", text.casefold()).translate(_TYPED)))


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    keep = unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC", "FULLWIDTH"))
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)) if keep else letter


def tokens(text: str) -> list[Token]:
    """The words and marks of a text."""
    return [Token(_folded(m.group()), m.start(), m.end()) for m in TOKEN.finditer(text)]


def _folded(word: str) -> str:
    """As `fold`, but "è" and "é" ("is") are no "e" ("and")."""
    plain = unicodedata.normalize("NFC", word.casefold())
    return plain if plain in ("è", "é") else fold(word)
