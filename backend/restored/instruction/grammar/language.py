"""Which language a sentence is in: its script, and whose table knows most of its words."""

import re
from functools import cache, lru_cache
from typing import Final

from .concepts import FOLDER, languages, load
from .tokens import Token, fold, tokens

SCRIPTS = (
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7a3"),
    ("hi", "\u0900", "\u097f"),
    ("zh", "\u3400", "\u9fff"),
)


@lru_cache(maxsize=512)
def language_of(text: str) -> str:
    """The two letters of a language that has a table; English where nothing says otherwise."""
    for language, low, high in SCRIPTS:
        if any(low <= c <= high for c in text) and language in languages():
            return language
    cyrillic = any("\u0400" <= c <= "\u04ff" for c in text)
    row = [token for token in tokens(text) if not token.mark]
    candidates = [name for name in languages() if (name in ("ru", "uk")) == cyrillic and name not in ("ja", "ko", "zh")]
    english = _score(row, "en") if "en" in candidates else 0.0
    # most sentences are English: a table that cannot lead is not read, which would take as long as all else that is done
    leading = (name for name in candidates if name == "en" or _most(row, name) + _letters(text, name) > english)
    scores = {name: _score(row, name) + _letters(text, name) for name in leading}
    best = max(scores, key=lambda name: (scores[name], name == "en"), default="en")
    return "en" if not scores or scores[best] <= scores.get("en", 0) else best


def rivals(text: str) -> tuple[str, ...]:
    """Other languages whose tables know as much of a sentence: "30% mais contraste" is short."""
    row = [token for token in tokens(text) if not token.mark]
    best = language_of(text)
    least = max(_score(row, best) + _letters(text, best) - 0.5, 1.0)
    others = (name for name in languages() if name not in (best, "en") and _most(row, name) + _letters(text, name) >= least)
    return tuple(name for name in others if _score(row, name) + _letters(text, name) >= least)


def margin(text: str, language: str) -> float:
    """By how many words the table of a language leads the English one."""
    row = [token for token in tokens(text) if not token.mark]
    return _score(row, language) + _letters(text, language) - _score(row, "en")


def covers(row: list[str], language: str) -> bool:
    """Whether the table of a language knows every one of these words, and one of them means something."""
    words = load(language)
    used = words.used([Token(word, 0, 0) for word in row])
    return bool(used) and all(i in used or word in words.filler for i, word in enumerate(row))


def _score(row: list[Token], language: str) -> float:
    """Words known: those that mean something count for more than those that fill."""
    words = load(language)
    meant = words.used(row)
    filled = {i for i, token in enumerate(row) if token.word in words.filler}
    return len(meant | filled) + 0.5 * len(meant)


def _most(row: list[Token], language: str) -> float:
    """What `_score` may be at most, by a glance at the table: it may know what is not plain letters, or stands there."""
    words, stems = _written(language)

    def known(word: str) -> bool:
        if not (word.isascii() and word.isalpha()):
            return True
        return word in words or any(word[:end] in stems for end in range(1, len(word) + 1))

    return 1.5 * sum(known(token.word) for token in row)


@cache
def _written(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words in plain letters that stand in the file of a table, and the beginnings of words ("remov*"), without its tree."""
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    found = _PLAIN_LETTERS.findall(text.translate({ord(letter): fold(letter) for letter in set(text)}))
    return frozenset(found), frozenset(word[:-1] for word in found if word[-1] == "*")


_PLAIN_LETTERS: Final = re.compile(r"[a-z]+\*?")

LETTERS = {
    "de": "äöüß", "fr": "éèêàçùœ", "es": "ñ¿¡áóí", "it": "àòèù", "pt": "ãõçâ", "pl": "łąęśżźćń", "cs": "řůěščž",
    "sv": "åäö", "tr": "ğışİ", "nl": "ij", "ru": "ыэъё", "uk": "їієґ", "en": "",
}  # fmt: skip


def _letters(text: str, language: str) -> float:
    """Letters that few other languages have."""
    lower = text.lower()
    return 0.4 * sum(letter in lower for letter in LETTERS.get(language, "") if fold(letter) != letter or not letter.isascii())
