"""What the words of every language stand for, and how a table of them is read.

A table (`words/LANGUAGE.toml`) has sections of `concept = "phrase | phrase"`:

[modifier] too, very (too or more), more, less, up, down, not, dont, keep, only, except, everywhere, make, is, enough, little,
    high, low, remove, elsewhere, also, cast: what a wish does with a quality, a task or a place.
[amount] tiny, bit, much, extreme, full, half, twice, triple, third, quarter, twothirds, threequarters, stop, halfstop,
    stophalf (one and a half), percent, points, and the numbers one to four.
[quality] "KIND ADJUSTMENT±": `dir` names the direction itself ("warmer"; "overexposed" is a wish for less), `fault` one that
    "less" does not turn round ("less garish"), `adj` a state ("warm"), `noun` the quality without a direction ("contrast"),
    `bare` a look that is a wish only when it stands alone.
[place] places of `restored.regions`, two for a corner; "?" for those that no estimator finds.
[task] words for a damage or its remedy; [symptom] words that complain of it ("noisy"); [verb] words that ask for the task.
[holes] words for what is filled where a mask shows it.
[unused] what is heard and cannot be done. [off] what is no picture at all: `topic` where every word is known, else `sure`.
[follow] what is said of the last result: undo, again, reset, why, weaker, stronger, also, drop ("without the warmth"), praise;
    [degree] strong and weak words for an effect; [goal] what too much of a task makes of a picture ("too smooth"); [result]
    complaints of a task's result; [remedy] names of a treatment ("noise reduction"); [talk] words round it that say nothing.
[grammar] order = "verb last" where exclusions follow what they exclude; elision: what an apostrophe joins to the next word
    ("l'exposition"); denial: a word for "not", then the endings that mean it; too: how "too" is often mistyped; than: what a
    comparison is made with; beside: what may stand between a direction and a place that is not its object ("brighter, for
    her"); pronouns: what takes up the place of the clause before; contrary: what ends a clause that says the opposite of the
    one before ("the snow does").
[correction] what takes back the words before it: `sure`, or `maybe` between two marks.
[end] what may stand between two wishes: `border` is left out, `after` ends a wish and belongs to it.
[filler] words without a meaning of their own here.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ..spelling import slips

FOLDER: Final = Path(__file__).with_name("words")
GAP: Final = 4
"""Words that a `..` in a phrase may skip."""

_ALONE: Final = r"\u3040-\u30ff\u3400-\u9fff"
_LETTER: Final = rf"(?:(?![{_ALONE}])(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u0966-\u097f]))"
TOKEN: Final = re.compile(rf"[+-]?\d+(?:[.,/]\d+)?|[{_ALONE}]|{_LETTER}+(?:['’&/-]{_LETTER}+)*|[%&×]|[.,;:!?。，、；：！？।\n]+")
"""Words, numbers, single characters of scripts that write no spaces, and marks."""

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


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found: its section and name, and the range of tokens from the first word of it to the last."""

    section: str
    name: str
    first: int
    last: int


def fold(text: str) -> str:
    """Lower case; accents of Latin, Greek and Cyrillic letters dropped, as they often are in typing; the rest as it is."""
    out = []
    for letter in unicodedata.normalize("NFC", text.casefold()).replace("’", "'"):
        plain = unicodedata.normalize("NFKD", letter)
        keep = unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC", "FULLWIDTH"))
        out.append("".join(c for c in plain if not unicodedata.combining(c)) if keep else letter)
    return "".join(out)


def tokens(text: str) -> list[Token]:
    """The words and marks of a text."""
    return [Token(_folded(m.group()), m.start(), m.end()) for m in TOKEN.finditer(text)]


def _folded(word: str) -> str:
    """As `fold`, but "è" and "é" ("is") are no "e" ("and")."""
    plain = unicodedata.normalize("NFC", word.casefold())
    return plain if plain in ("è", "é") else fold(word)


@dataclass(frozen=True, slots=True)
class _Phrase:
    parts: tuple[str, ...]
    section: str
    name: str

    @property
    def weight(self) -> tuple[int, int]:
        """Longer phrases first, then longer words."""
        return (sum(part != ".." for part in self.parts), sum(map(len, self.parts)))


class Words:
    """The table of one language."""

    def __init__(self, table: dict[str, dict[str, str]]) -> None:
        self._first: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}
        self.filler: set[str] = set()
        self.known: set[str] = set()
        form = table.get("grammar", {})
        self.verb_last = form.get("order") == "verb last"
        self.than = frozenset(form.get("than", "").split())
        self.pronouns = frozenset(form.get("pronouns", "").split())
        self.contrary = frozenset(form.get("contrary", "").split())
        self.beside = frozenset(form.get("beside", "").split())
        self._elided = frozenset(form.get("elision", "").split())
        self._denial_word, *self._denial = form.get("denial", "").split() or [""]
        self._stem_words: set[str] = set()
        self._mistyped_too = form.get("too", "")
        self._states: set[str] = {"much", "many"}
        self._copulas: set[str] = {"way", "bit", "little", "far"}
        self._fixable: set[str] = set()
        self._spoken: set[str] = set()
        self._borders: set[str] = set()
        for section, rows in table.items():
            if section == "grammar":
                continue
            for name, phrases in rows.items():
                for phrase in filter(None, (part.strip() for part in phrases.split("|"))):
                    self._enter(section, name, phrase)

    def _enter(self, section: str, name: str, phrase: str) -> None:
        parts = tuple(self._parts(phrase))
        self.known |= {part for part in parts if part != ".." and not part.endswith("*")}
        if section == "follow":
            self._spoken |= set(parts)
        if section == "symptom" or name.startswith("adj "):
            self._states |= set(parts)
        if (section, name) == ("modifier", "is"):
            self._copulas |= set(parts)
        if section not in ("unused", "off", "filler"):
            self._fixable |= {part for part in parts if part != ".." and not part.endswith("*")}
        if section == "filler":
            self.filler |= set(parts)
            return
        if section == "end" and name == "border" and len(parts) == 1:
            self._borders |= set(parts)
        entry = _Phrase(parts, section, name)
        self._stem_words |= {part for part in parts if part.endswith("*")}
        index, key = (self._stems, parts[0][:-1][:2]) if parts[0].endswith("*") else (self._first, parts[0])
        index.setdefault(key, []).append(entry)

    @staticmethod
    def _parts(phrase: str) -> list[str]:
        parts: list[str] = []
        for piece in phrase.split():
            if piece == "..":
                parts.append("..")
                continue
            star = piece.endswith("*")
            found = [token.word for token in tokens(piece.removesuffix("*"))]
            if star:
                found[-1] += "*"
            parts += found
        return parts

    def concepts(self, section: str) -> set[str]:
        """The names that a section has words for."""
        rows = [*self._first.values(), *self._stems.values()]
        return {entry.name for row in rows for entry in row if entry.section == section}

    def find(self, words: list[Token], sections: frozenset[str] | None = None) -> list[Hit]:
        """The concepts in a row of words, longest phrases first, no word used twice."""
        chances: list[tuple[tuple[int, int], int, list[int], _Phrase]] = []
        for place, token in enumerate(words):
            for phrase in self._near(token.word):
                if sections is not None and phrase.section not in sections:
                    continue
                used = self._used_by(phrase, words, place)
                if used is not None:
                    chances.append((phrase.weight, -place, used, phrase))
        chances.sort(key=lambda chance: (chance[0], chance[1]), reverse=True)
        taken: dict[int, list[_Phrase]] = {}
        hits: list[Hit] = []
        for _, _, used, phrase in chances:
            # one phrase may mean two things ("halve": down, and half of it): the same words, another section
            same = all(len(taken.get(i, [])) == 1 and taken[i][0].parts == phrase.parts for i in used)
            if any(i in taken for i in used) and not (same and all(p.section != phrase.section for p in taken[used[0]])):
                continue
            for i in used:
                taken.setdefault(i, []).append(phrase)
            hits.append(Hit(phrase.section, phrase.name, used[0], used[-1]))
        return sorted(hits, key=lambda hit: (hit.first, hit.last))

    def _used_by(self, phrase: _Phrase, words: list[Token], place: int) -> list[int] | None:
        """As `_match`; what a direction is said of does not stand behind an "and" ("darken the highlights and the shadows")."""
        return _match(phrase.parts, words, place, self._borders if phrase.section == "quality" else ())

    def _near(self, word: str) -> list[_Phrase]:
        """The phrases that may begin with a word."""
        stems = self._stems.get(word[:2], []) + (self._stems.get(word[:1], []) if len(word) > 1 else [])
        return self._first.get(word, []) + stems

    def used(self, words: list[Token], sections: frozenset[str] | None = None) -> set[int]:
        """The places of words that any phrase (of some sections) needs, its gaps not counted."""
        found: set[int] = set()
        for place, token in enumerate(words):
            for phrase in self._near(token.word):
                if sections is None or phrase.section in sections:
                    found |= set(self._used_by(phrase, words, place) or ())
        return found

    def repaired(self, words: list[Token], known: frozenset[str] | None) -> list[Token]:
        """Words that neither this table nor `known` (words of the language at large) has, replaced by the table's nearest within
        a slip or two."""
        words = [
            Token(f"{t.word[:-2]}n't", t.start, t.end) if t.word.endswith("nt") and f"{t.word[:-2]}n't" in self.known else t
            for t in words
        ]
        words = [token for word in words for token in self._opened(word)]
        mended = [
            token
            if token.mark or token.word in self.known or token.word in self.filler or (known is not None and token.word in known)
            else Token(self._nearest(token.word, strict=known is None), token.start, token.end)
            for token in words
        ]
        return [self._too(token, mended[:i], mended[i + 1 :]) for i, token in enumerate(mended)]

    def _opened(self, token: Token) -> list[Token]:
        """A word without the article that an apostrophe joins to it ("l'esposizione"), unless the table has both as one."""
        article, mark, word = token.word.partition("'")
        if not mark or not word or token.word in self.known:
            return self._undenied(token)
        if word == "s" and article in self.known:  # "the sky's noisy", "the sky's noise"
            return [Token(article, token.start, token.start + len(article))]
        if article not in self._elided:
            return [token]
        return [Token(word, token.start + len(article) + 1, token.end)]

    def _undenied(self, token: Token) -> list[Token]:
        """A verb and its denial, where the language writes them as one ("aydınlatma": do not brighten)."""
        for ending in self._denial if token.word not in self.known else ():
            stem = token.word.removesuffix(ending)
            if stem != token.word and f"{stem}*" in self._stem_words:
                at = token.start + len(stem)
                return [Token(stem, token.start, at), Token(self._denial_word, at, token.end)]
        return [token]

    def _too(self, token: Token, before: list[Token], behind: list[Token]) -> Token:
        """ "It's to dark" means "too dark"; "from dark to bright" does not."""
        if token.word != self._mistyped_too or not behind or behind[0].word not in self._states:
            return token
        stands = not before or before[-1].mark or before[-1].word in self._copulas
        return Token("too", token.start, token.end) if stands else token

    def _nearest(self, word: str, strict: bool) -> str:
        least = 4 if strict else 5
        if not strict and 3 <= len(word) < least and word.isalpha():  # of a short word only letters that changed places
            swapped = [c for c in self._fixable if len(c) == len(word) and sorted(c) == sorted(word) and slips(word, c) == 1]
            return min(swapped, default=word)
        if len(word) < least or not word.isalpha() or any(word.startswith(stem) for stem in self._long_stems(word)):
            return word
        reach = 2 if len(word) >= 9 else 1
        best = (reach + 1, True, 0, 0, word)
        for candidate in self._fixable:
            swapped = len(word) == 4 and sorted(word) == sorted(candidate) and candidate in self._spoken
            if len(word) < 6 and strict and len(candidate) <= len(word) and not swapped:
                continue  # of a short word only a letter that was left out is mended: many others differ by one
            if abs(len(candidate) - len(word)) <= reach and len(candidate) >= least - 1 and candidate[0] == word[0]:
                shared = next(
                    (i for i, (a, b) in enumerate(zip(word, candidate, strict=False)) if a != b), min(len(word), len(candidate))
                )
                other = sorted(word) != sorted(candidate)  # letters that changed places are the commonest slip
                best = min(best, (slips(word, candidate), other, -shared, -len(candidate), candidate))
        return best[-1] if best[0] <= reach else word

    def _long_stems(self, word: str) -> list[str]:
        return [phrase.parts[0][:-1] for phrase in self._near(word) if phrase.parts[0][-1] == "*"]


def _match(parts: tuple[str, ...], words: list[Token], place: int, borders: Collection[str] = ()) -> list[int] | None:
    """The places of the words that a phrase uses when it begins at `place`; None where it does not fit. borders: words that its
    gaps do not reach across."""
    used: list[int] = []
    reach = place
    for part in parts:
        if part == "..":
            reach = place + GAP
            continue
        while place < len(words) and place <= reach and not _fits(part, words[place].word):
            if words[place].mark or words[place].word in borders:
                return None
            place += 1
        if place >= len(words) or place > reach or words[place].mark:
            return None
        used.append(place)
        place += 1
        reach = place
    return used


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part[-1] == "*" else word == part


@cache
def load(language: str) -> Words:
    """The table of a language, by its two letters. Raises FileNotFoundError for a language that has none."""
    return Words(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a table."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
