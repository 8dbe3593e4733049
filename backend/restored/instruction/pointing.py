"""English: the words that the adapted encoder takes for a place, beside the places that the grammar heard."""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import groupby
from typing import Final

from restored.regions.names import GUESSED, PLACES, Place, Region

from . import adapted
from .grammar import Heard, Turn, Words, tokens
from .plan import Step

SAYS_WHERE: Final = 0.7
"""A word is a place from this probability on."""

OF_A_PLACE: Final = frozenset({"exposure", "contrast", "saturation", "vibrance", "temperature", "tint"})
"""What is asked of a thing in a picture; damage is of the picture, highlights and shadows are places themselves."""

SURELY_WHERE: Final = 0.9
"""From here on a word of another clause says where."""

NOWHERE: Final = 0.008
"""Where no word of a clause has this probability, none says where."""

NEAR: Final = 3
"""Words before a place that may say that it is left out."""

_ALL_BUT: Final = re.compile(r"\b(?:except|excluding|besides|bar|apart from|other than|but not|everything but|all but)\b", re.I)
_KEPT: Final = re.compile(r"\b(?:not|dont|don't|never|without|keep|keeping|leave|leaving|no)\b", re.I)


def point(heard: Heard, words: Words) -> None:
    """Find the place that the words of a clause without one name, and take it from clauses of which no word says where.
    Raises AdaptedError."""
    said = adapted.places(heard.text)
    for index, clause in enumerate(heard.clauses):
        here = [odds for start, end, odds in said if clause.start <= start and end <= clause.end]
        turns = [turn for turn in heard.turns if turn.clause == index]
        known = clause.place is not None or any(turn.region for turn in turns)
        if known and here and max(here) < NOWHERE:
            heard.clauses[index] = replace(clause, place=None)
            heard.turns = [replace(turn, region=None) if turn in turns else turn for turn in heard.turns]
        elif not (known or clause.bars or clause.told) and heard.limit(index) is None:
            place = _place_in(heard.text, clause.start, clause.end, said, words)
            if place is not None and place.outside and not clause.acts:  # "..., but not the wreck"
                heard.limits.append((index, place))
            elif place is not None:
                heard.pointed[index] = place


def limited(heard: Heard, turn: Turn) -> Turn:
    """A direction with the place that was found in its clause, where it has none and is one of a thing."""
    place = heard.pointed.get(turn.clause)
    return turn if place is None or turn.region is not None or turn.name not in OF_A_PLACE else replace(turn, region=place)


def spread(heard: Heard, steps: Collection[Step]) -> None:
    """Of a text with one wish, the one place that it names is that of the wish, in whichever clause it stands ("the barn door is
    upper left. too dark to see"). steps: what is wished for beside what was heard. Raises AdaptedError."""
    wishes = len(steps) + len({(turn.name, turn.amount > 0) for turn in heard.turns}) + len(heard.holes)
    starts = [start for start, _, odds in adapted.places(heard.text) if odds >= SURELY_WHERE]
    named = {c.place for c in heard.clauses if c.place and not c.bars and any(c.start <= start < c.end for start in starts)}
    places = named | set(heard.pointed.values())
    if wishes == 1 and len(places) == 1 and not heard.limits:
        heard.pointed = dict.fromkeys(range(len(heard.clauses)), places.pop())


def place_in(heard: Heard, words: Words) -> Region | None:
    """The place that the words of a whole text name, what is said to stay as it was being a place to leave out. Raises
    AdaptedError."""
    phrase, before = _named(heard.text, 0, len(heard.text), adapted.places(heard.text))
    return _region(phrase, words, bool(_ALL_BUT.search(before) or _KEPT.search(before))) if phrase else None


def _place_in(text: str, start: int, end: int, said: list[tuple[int, int, float]], words: Words) -> Region | None:
    """The first place that a stretch of the text names, unless it is said to stay as it is."""
    phrase, before = _named(text, start, end, said)
    outside = bool(_ALL_BUT.search(before))
    return None if not phrase or (_KEPT.search(before) and not outside) else _region(phrase, words, outside)


def _named(text: str, start: int, end: int, said: list[tuple[int, int, float]]) -> tuple[str, str]:
    """The first words of a stretch of the text that say where, and the few before them; both empty where none do."""
    inside = [word for word in said if start <= word[0] and word[1] <= end]
    for likely, run in groupby(inside, lambda word: word[2] >= SAYS_WHERE):
        if likely:
            found = list(run)
            phrase = text[found[0][0] : found[-1][1]].removesuffix("'s").removesuffix("’s")
            return phrase, " ".join(text[start : found[0][0]].split()[-NEAR:])
    return "", ""


def _region(phrase: str, words: Words, outside: bool) -> Region:
    hits = words.find(tokens(phrase), frozenset({"place"}))
    names = {name for hit in hits for name in hit.name.split()}
    exact: tuple[Place, ...] = tuple(place for place in PLACES if place in names and place not in GUESSED)
    if exact:
        return Region(exact, outside, both=len(exact) > 1)
    guess: tuple[Place, ...] = tuple(place for place in GUESSED if place in names)
    return Region(guess[:1], outside, by_hand=phrase)
