"""What the words of every language stand for, and how a table of them is read.

A table (`words/LANGUAGE.toml`) has sections of `concept = "phrase | phrase"`:

[modifier] too, very (too or more), more, less, up, down, not, dont, keep, only, except, everywhere, make, is, enough, little,
    high, low, remove, elsewhere, also, cast, praise: what a wish does with a quality, a task or a place.
[amount] tiny, bit, much, extreme, full, half, twice, triple, third, quarter, twothirds, threequarters, stop, halfstop,
    thirdstop, stophalf (one and a half), percent, points, the numbers one to four, and other numbers by their value ("20").
[quality] "KIND ADJUSTMENT±": `dir` names the direction itself ("warmer"; "overexposed" is a wish for less), `fault` one that
    "less" does not turn round ("less garish"), `adj` a state ("warm"), `noun` the quality without a direction ("contrast"),
    `bare` a look that is a wish only when it stands alone.
[scene] occasion: what is told of it ("a cold day") is not told of the picture; compound: a kind of picture ("snow scene").
[place] places of `restored.regions`, two for a corner; "?" for those that no estimator finds.
[task] words for a damage or its remedy; [symptom] words that complain of it ("noisy"); [verb] words that ask for the task.
[holes] words for what is filled where a mask shows it.
[unused] what is heard and cannot be done. [off] what is no picture at all: `topic` where every word is known, else `sure`.
[follow] what is said of the last result: undo, again, reset, why, weaker, stronger, also, drop ("without the warmth"),
    return ("give me the haze back"), instead ("saturation instead of contrast"), praise;
    [kept] what stays beside a wish: colours, texture, grain ("brighter, but keep the colours");
    [mood] what the picture had that is missed ("I liked the blue hour mood better"): liked, and what would bring it back;
    [degree] strong and weak words for an effect; [goal] what too much of a task makes of a picture ("too smooth"); [result]
    complaints of a task's result; [remedy] names of a treatment ("noise reduction"); [talk] words round it that say nothing.
[grammar] order = "verb last" where exclusions follow what they exclude; elision: what an apostrophe joins to the next word
    ("l'exposition"); denial: a word for "not", then the endings that mean it; too: how "too" is often mistyped; than: what a
    comparison is made with; please: with it praise is a wish; pictures: words for what is looked at; kinds: those that
    follow what they show ("the aisle picture"); grounds: places that a complaint is of by themselves; colours: names of the
    task that mean their strength ("colour down"); takers: verbs that take things away; under, over: behind stops, too little
    and too much of them; back: what turns "bring it" round; purpose: before what something was done for; neither: words that
    deny each thing of a list; by: before how much something is changed; pictured: damages of paper that a picture as often
    shows ("a black hole"), and that are none unless their end is asked for; told: verbs of a remark; well: praises at the
    end of a clause only ("est bien"); past: what tells of the picture as it was; gone, stays: behind a noun, that it should
    go or stay ("rain out"); beside: what may stand between a direction and a place that is not its object ("brighter, for
    her"); pronouns: what takes up the place of the clause before; contrary: what ends a clause that says the opposite of the
    one before ("the snow does").
[correction] what takes back the words before it: `sure`, or `maybe` between two marks.
[end] what may stand between two wishes: `border` is left out, `after` ends a wish and belongs to it.
[filler] words without a meaning of their own here.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from .mending import Mender
from .tokens import Token, tokens

FOLDER: Final = Path(__file__).with_name("words")
ASIDE: Final = frozenset({"mood", "kept"})
"""Sections that are only looked up by themselves: their words tell nothing of a sentence's language, nor of slips in it."""

GAP: Final = 4
"""Words that a `..` in a phrase may skip."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found: its section and name, and the range of tokens from the first word of it to the last."""

    section: str
    name: str
    first: int
    last: int


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
        form = table.get("grammar", {})
        self.verb_last = form.get("order") == "verb last"
        self.than = frozenset(form.get("than", "").split())
        self.pronouns = frozenset(form.get("pronouns", "").split())
        self.contrary = frozenset(form.get("contrary", "").split())
        self.beside = frozenset(form.get("beside", "").split())
        self.please = frozenset(form.get("please", "").split())
        self.pictures = frozenset(form.get("pictures", "").split())
        self.kinds = frozenset(form.get("kinds", "").split())
        self.colours = frozenset(form.get("colours", "").split())
        self.grounds = frozenset(form.get("grounds", "").split())
        self.takers = frozenset(form.get("takers", "").split())
        self.under = frozenset(form.get("under", "").split())
        self.over = frozenset(form.get("over", "").split())
        self.gone = frozenset(form.get("gone", "").split())
        self.back = frozenset(form.get("back", "").split())
        self.purpose = frozenset(form.get("purpose", "").split())
        self.past = frozenset(form.get("past", "").split())
        self.well = frozenset(form.get("well", "").split())
        self.told = frozenset(form.get("told", "").split())
        self.neither = frozenset(form.get("neither", "").split())
        self.pictured = frozenset(form.get("pictured", "").split())
        self.by = frozenset(form.get("by", "").split())
        self.stays = frozenset(form.get("stays", "").split())
        self._mender = Mender(form)
        self._borders: set[str] = set()
        for section, rows in table.items():
            if section == "grammar":
                continue
            for name, phrases in rows.items():
                for phrase in filter(None, (part.strip() for part in phrases.split("|"))):
                    self._enter(section, name, phrase)

    def _enter(self, section: str, name: str, phrase: str) -> None:
        parts = tuple(self._parts(phrase))
        if section not in ASIDE:
            self._mender.learn(section, name, parts)
        if section == "filler":
            self.filler |= set(parts)
            return
        if section == "end" and name == "border" and len(parts) == 1:
            self._borders |= set(parts)
        entry = _Phrase(parts, section, name)
        index, key = (self._stems, parts[0][:-1][:2]) if parts[0].endswith("*") else (self._first, parts[0])
        index.setdefault(key, []).append(entry)

    @staticmethod
    def _parts(phrase: str) -> list[str]:
        parts: list[str] = []
        for piece in phrase.split():
            if piece == "..":
                parts.append("..")
                continue
            word = piece.removesuffix("*")
            # most words of most tables are one token, and these are read at each start
            found = [word.lower()] if word.isascii() and word.isalpha() else [token.word for token in tokens(word)]
            if piece != word:
                found[-1] += "*"
            parts += found
        return parts

    @property
    def known(self) -> set[str]:
        """Every word of the table that is written out."""
        return self._mender.known

    def concepts(self, section: str) -> set[str]:
        """The names that a section has words for."""
        rows = [*self._first.values(), *self._stems.values()]
        return {entry.name for row in rows for entry in row if entry.section == section}

    def find(self, words: list[Token], sections: frozenset[str] | None = None) -> list[Hit]:
        """The concepts in a row of words, longest phrases first, no word used twice."""
        chances: list[tuple[tuple[int, int], int, list[int], _Phrase]] = []
        for place, token in enumerate(words):
            for phrase in self._near(token.word):
                if phrase.section in ASIDE if sections is None else phrase.section not in sections:
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
                if phrase.section not in ASIDE if sections is None else phrase.section in sections:
                    found |= set(self._used_by(phrase, words, place) or ())
        return found

    def repaired(self, words: list[Token], known: frozenset[str] | None) -> list[Token]:
        """Words that neither this table nor `known` (words of the language at large) has, replaced by the table's nearest within
        a slip or two."""
        return self._mender.repaired(words, known)


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
