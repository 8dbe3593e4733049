"""Which language a sentence is in: its script, and whose table knows most of its words."""

from functools import lru_cache

from .concepts import languages, load
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
    scores = {name: _score(row, name) + _letters(text, name) for name in candidates}
    best = max(scores, key=lambda name: (scores[name], name == "en"), default="en")
    return "en" if not scores or scores[best] <= scores.get("en", 0) else best


def rivals(text: str) -> tuple[str, ...]:
    """Other languages whose tables know as much of a sentence: "30% mais contraste" is short."""
    row = [token for token in tokens(text) if not token.mark]
    best = language_of(text)
    least = _score(row, best) + _letters(text, best) - 0.5
    others = (name for name in languages() if name not in (best, "en"))
    return tuple(name for name in others if _score(row, name) + _letters(text, name) >= max(least, 1.0))


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


LETTERS = {
    "de": "äöüß", "fr": "éèêàçùœ", "es": "ñ¿¡áóí", "it": "àòèù", "pt": "ãõçâ", "pl": "łąęśżźćń", "cs": "řůěščž",
    "sv": "åäö", "tr": "ğışİ", "nl": "ij", "ru": "ыэъё", "uk": "їієґ", "en": "",
}  # fmt: skip


def _letters(text: str, language: str) -> float:
    """Letters that few other languages have."""
    lower = text.lower()
    return 0.4 * sum(letter in lower for letter in LETTERS.get(language, "") if fold(letter) != letter or not letter.isascii())
