"""The words that the encoder takes for a place, beside the places that the grammar heard, and which wish each is the place of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Literal

from restored.adjustments.names import ADJUSTMENTS
from restored.regions.names import GUESSED, PLACES, Place, Region

from .grammar import Heard, Pointed, Turn, Words, tokens
from .second_opinion import signed
from .wish_classes import WISHES
from .word_places import PlaceWord

SAYS_WHERE: Final = 0.6
"""A word may be a place from this probability on."""

THINGS: Final = frozenset({"exposure", "contrast", "saturation", "vibrance", "temperature", "tint"})


@dataclass(frozen=True, slots=True)
class Least:
    """From which odds on a word is the place of a wish: that it says where, and that the wish is meant there. thing: of light and
    colour, that are of a thing; tone: of highlights and shadows, which are places themselves; picture: of damage and of the look
    of the whole ("grainy sky": it is grainy elsewhere, too)."""

    thing: tuple[float, float]
    tone: tuple[float, float]
    picture: tuple[float, float]

    def of(self, wish: str) -> tuple[float, float]:
        name = wish.rstrip("+-")
        return self.thing if name in THINGS else self.tone if name in ADJUSTMENTS else self.picture


LEAST: Final[dict[Literal["english", "multilingual"], Least]] = {
    "english": Least((0.85, 0.5), (0.98, 0.7), (0.97, 0.97)),
    "multilingual": Least((0.7, 0.3), (0.6, 0.5), (0.9, 0.97)),
}
"""By the labels of sentences that none of them was fitted on; whose writers name more places in other languages."""

LIT: Final = 0.9
"""Of this probability a place where it shall be brighter is the place of light that the program judges, too."""

SURELY_WHERE: Final = 0.85
"""From here on both hold of a word in another clause."""

NOWHERE: Final = 0.008
"""Where no word of a clause has this probability, none says where."""

LEFT_OUT: Final = 0.5
"""From here on a place is one to leave as it is."""

NEAR: Final = 3
"""Words before a place that may say that it is left out."""

_ALL_BUT: Final = re.compile(r"\b(?:except|excluding|besides|bar|apart from|other than|but not|everything but|all but)\b", re.I)
_REASON: Final = re.compile(r"\s*for\b", re.I)
_WORD: Final = re.compile(r"[^\s.,;:!?()\"]+")
_KEPT: Final = re.compile(r"\b(?:not|dont|don't|never|without|keep|keeping|leave|leaving|no)\b", re.I)


def point(heard: Heard, said: Sequence[PlaceWord], words: Words, least: Least = LEAST["english"]) -> None:
    """Find the places that the words name, beside those that the grammar heard, and take these from clauses of which no word says
    where. said: of the words of the text; least: what counts of it."""
    pointed = list(_phrases(heard.text, said))
    other = _of_no_place(heard.text, words) if pointed else []  # most sentences name no place
    pointed = [run for run in pointed if not any(a <= run[0].start and run[-1].end <= b for a, b in other)]
    for index, clause in enumerate(heard.clauses):
        here = [word.odds for word in said if clause.start <= word.start and word.end <= clause.end]
        turns = [turn for turn in heard.turns if turn.clause == index]
        known = clause.place is not None or any(turn.region for turn in turns)
        if known and here and max(here) < NOWHERE and _speaks_of_a_place(heard.text[clause.start : clause.end], words):
            heard.clauses[index] = replace(clause, place=None)
            heard.turns = [replace(turn, region=None) if turn in turns else turn for turn in heard.turns]
        elif not ((known and clause.acts) or clause.bars) and heard.limit(index) is None:
            for run in pointed:
                if clause.start <= run[0].start < clause.end:
                    _enter(heard, index, run, words, least)


def _of_no_place(text: str, words: Words) -> list[tuple[int, int]]:
    """Where a text says how much ("mycket"): no places, whatever they look like."""
    row = tokens(text)
    places = {i for hit in words.find(row, frozenset({"place"})) for i in range(hit.first, hit.last + 1)}
    hits = words.find(row, frozenset({"amount"}))
    return [(row[hit.first].start, row[hit.last].end) for hit in hits if not places & {*range(hit.first, hit.last + 1)}]


def _speaks_of_a_place(text: str, words: Words) -> bool:
    """Whether a place is named here: that which "it" takes up is named elsewhere."""
    return bool(words.find(tokens(text), frozenset({"place"})))


def _enter(heard: Heard, index: int, run: Sequence[PlaceWord], words: Words, least: Least) -> None:
    """One place of a clause."""
    begin = heard.clauses[index].start
    if not heard.clauses[index].acts and _REASON.match(heard.text[begin:]):  # "brighten it, for the dog"
        return
    before = _before(heard.text, begin, run)
    all_but = bool(_ALL_BUT.search(before))
    if _KEPT.search(before) and not all_but:
        return
    outside = all_but or sum(word.left_out for word in run) / len(run) >= LEFT_OUT
    known = heard.clauses[index].place  # what the table knows of a few words together: "the left half", "the lower part"
    region = known if known is not None and not outside else _region(_phrase(heard.text, run), words, outside)
    if outside and not heard.clauses[index].acts:  # "..., but not the wreck"
        heard.limits.append((index, region))
    where = max(word.odds for word in run)
    its = {wish: max(word.is_of(wish) for word in run) for wish in WISHES}
    of = {wish: min(where, odds) for wish, odds in its.items() if where >= least.of(wish)[0] and odds >= least.of(wish)[1]}
    if of.get("exposure+", 0.0) >= LIT:  # light is light, whoever judges how much of it
        of.setdefault("lowlight", of["exposure+"])
    heard.pointed.append(Pointed(index, region, of))


def place_of(heard: Heard, wish: str, clause: int) -> Region | None:
    """The place that was found for a wish, in its clause or, where that is sure, in another one ("face dark. fix face")."""
    likely = [place for place in heard.pointed if wish in place.wishes]
    own = [place for place in likely if place.clause == clause]
    far = [place for place in likely if place.wishes[wish] >= SURELY_WHERE and not place.region.outside]
    found = own or far
    return max(found, key=lambda place: place.wishes[wish]).region if found else None


def as_before(turns: Sequence[Turn]) -> list[Turn]:
    """Turns that are said twice, once with a place: it is that of both ("the sky is too bright, dim it")."""
    places = {signed(turn): turn.region for turn in turns if turn.region is not None}
    return [turn if turn.region else replace(turn, region=places.get(signed(turn))) for turn in turns]


def limited(heard: Heard, turn: Turn) -> Turn:
    """A direction with the place that was found for it, where it has none."""
    place = None if turn.region else place_of(heard, signed(turn), turn.clause)
    return turn if place is None or turn.name in place.places else replace(turn, region=place)


def place_in(text: str, said: Sequence[PlaceWord], words: Words) -> Region | None:
    """The place that the words of a whole text name likeliest, what is said to stay as it was being a place to leave out."""
    runs = list(_phrases(text, said))
    if not runs:
        return None
    run = max(runs, key=lambda run: (run[0].left_out < LEFT_OUT, max(word.odds for word in run)))
    before = _before(text, 0, run)
    outside = bool(_ALL_BUT.search(before) or _KEPT.search(before)) or run[0].left_out >= LEFT_OUT
    return _region(_phrase(text, run), words, outside)


def _phrases(text: str, said: Sequence[PlaceWord]) -> Iterator[list[PlaceWord]]:
    """Words that say where and stand together, all of a place to leave out or none of them ("brighten the wreck, water stays
    dark")."""
    words = [word for word in said if _WORD.search(text, word.start, word.end)]
    for (likely, _), run in groupby(words, lambda word: (word.odds >= SAYS_WHERE, word.left_out >= LEFT_OUT)):
        if likely:
            yield list(run)


def _before(text: str, begin: int, run: Sequence[PlaceWord]) -> str:
    """The few words before a place, from the begin of its clause on."""
    return " ".join(text[begin : run[0].start].split()[-NEAR:])


def _phrase(text: str, run: Sequence[PlaceWord]) -> str:
    """As they stand in the text, to the ends of the first and last word: an encoder may read parts of words."""
    start, end = run[0].start, run[-1].end
    if not "\u3040" <= text[start] <= "\u9fff":
        whole = [word.span() for word in _WORD.finditer(text)]
        start = max((first for first, _ in whole if first <= start), default=start)
        end = min((last for _, last in whole if last >= end), default=end)
    return text[start:end].removesuffix("'s").removesuffix("’s")


def _region(phrase: str, words: Words, outside: bool) -> Region:
    hits = words.find(tokens(phrase), frozenset({"place"}))
    names = {name for hit in hits for name in hit.name.split()}
    exact: tuple[Place, ...] = tuple(place for place in PLACES if place in names and place not in GUESSED)
    if exact:
        return Region(exact, outside, both=len(exact) > 1)
    guess: tuple[Place, ...] = tuple(place for place in GUESSED if place in names)
    return Region(guess[:1], outside, by_hand=phrase)
