"""Where one clause of a sentence ends and the next begins."""

import itertools
from dataclasses import dataclass, replace
from typing import Final

from restored.adjustments.names import Adjustment

from . import amounts
from .concepts import Hit, Words
from .tokens import Token

TONES: Final[tuple[Adjustment, ...]] = ("shadows", "highlights")
"""Places that are directions too."""

_LIMITING: Final = frozenset({"only", "except", "not", "everywhere"})


@dataclass(slots=True)
class Piece:
    """A clause while it is read: its words, where the first of them stands in the sentence, its concepts, and the table of its
    language."""

    words: list[Token]
    hits: list[Hit]
    offset: int
    table: Words

    def of(self, section: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.section == section]

    def of_any(self, *sections: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.section in sections]

    def has(self, *names: str) -> bool:
        return any(hit.section == "modifier" and hit.name in names for hit in self.hits)

    def between(self, one: Hit, other: Hit) -> list[Token]:
        """The words between two concepts, whichever stands first."""
        first, last = sorted((one, other), key=lambda hit: hit.first)
        return self.words[max(0, first.last + 1 - self.offset) : max(0, last.first - self.offset)]

    def word(self, hit: Hit) -> str:
        """The first word of a concept; "" where it is carried over from another clause."""
        at = hit.first - self.offset
        return self.words[at].word if 0 <= at < len(self.words) else ""

    def last_word(self, hit: Hit) -> str:
        """The last word of a concept; "" where that stands in another clause ("is great as a picture, but ... well")."""
        at = hit.last - self.offset
        return self.words[at].word if 0 <= at < len(self.words) else ""

    def following(self, hit: Hit) -> Token | None:
        """The word right behind a concept."""
        at = hit.last + 1 - self.offset
        return self.words[at] if at < len(self.words) else None

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


def forbidding(hits: list[Hit]) -> list[Hit]:
    """ "But not" in front of something to do forbids it ("but not increase the sharpness"); in front of a place it limits."""
    found: list[Hit] = []
    for number, hit in enumerate(hits):
        next_ = hits[number + 1] if number + 1 < len(hits) else None
        limits = hit.section == "modifier" and hit.name == "except" and hit.last > hit.first
        acts = next_ is not None and (
            (next_.section == "modifier" and next_.name in ("up", "down", "remove", "make", "more", "less"))
            or (next_.section == "quality" and next_.name.startswith("dir "))
        )
        found.append(replace(hit, name="dont") if limits and acts else hit)
    return found


def pieces_of(row: list[Token], hits: list[Hit], words: Words) -> list[Piece]:
    """A sentence's clauses, cut at marks and at words that may stand between two wishes."""
    cuts = {i for i, token in enumerate(row) if token.mark}
    ends = [hit for hit in hits if hit.section == "end"]
    cuts |= {
        i for hit in ends if hit.name == "border" and not amounts.is_sign(row, hit.first) for i in range(hit.first, hit.last + 1)
    }
    cuts -= _between_places(row, hits, cuts, words)
    cuts -= _of_numbers(row, hits, cuts)
    # "half a stop more", where the word for "more" is that for "and"
    measured = {hit.last + 1 for hit in hits if hit.section == "amount"}
    cuts -= {hit.first for hit in hits if (hit.section, hit.name) == ("modifier", "more") and hit.first in measured}
    # borders of no width: after a verb that goes on ("제거하고"), before "without" when a wish stands in front of it
    after = {hit.last + 1 for hit in ends if hit.name == "after"}
    if not words.verb_last:
        after |= {
            h.first
            for h in hits
            if h.section == "modifier" and h.name == "dont" and _acts_before(hits, cuts | after, h.first)
            if not _ends_with(h, hits, cuts)
        }
        plain = [hit for hit in hits if hit.section not in ("bare", "symptom")]
        after |= {hit.first for one, hit, next_ in zip(plain, plain[1:], plain[2:], strict=False) if _instead(one, hit, next_)}
    after |= _opening_places(hits, cuts)
    looks = [hit for hit in hits if hit.section == "quality" and hit.name.startswith("bare ") and hit.first == 0]
    after |= {h.last + 1 for h in looks if h.last + 1 < len(row) and row[h.last + 1].word in words.beside}  # "b/w for the mood"
    pieces: list[Piece] = []
    begin = 0
    for i in sorted({*cuts, *after, len(row)}):
        if i > begin:
            inside = [hit for hit in hits if begin <= hit.first < i and hit.section != "end"]
            pieces.append(Piece(row[begin:i], inside, begin, words))
        begin = i + 1 if i in cuts else i
    return pieces


def _of_numbers(row: list[Token], hits: list[Hit], cuts: set[int]) -> set[int]:
    """The "plus" in front of an amount that is all that is said behind a noun ("saturation plus a quarter"): it means more."""
    found: set[int] = set()
    for number, hit in enumerate(hits):
        if (hit.section, hit.name) != ("modifier", "also") or hit.first not in cuts or not number:
            continue
        before = [one for one in hits if one.last == hit.first - 1 and one.name.startswith("noun")]
        stop = min((cut for cut in cuts if cut > hit.last), default=len(row))
        behind = [one for one in hits if hit.last < one.first < stop and one.section != "end"]
        if before and behind and behind[0].first == hit.last + 1 and all(one.section == "amount" for one in behind):
            hits[number] = replace(hit, name="more")
            found.add(hit.first)
    return found


def _between_places(row: list[Token], hits: list[Hit], cuts: set[int], words: Words) -> set[int]:
    """The borders in a list of places ("not in the sky and on the left", "the sky, the left too"): what is said of one is said
    of all.

    "Brighten the shadows and the highlights" is no such list: tones are what is turned there, unless the places limit a wish.
    """
    found: set[int] = set()
    places = [hit for hit in hits if hit.section == "place"]
    for one, next_ in itertools.pairwise(places):
        between = range(one.last + 1, next_.first)
        borders = {i for i in between if i in cuts}
        start = max((cut for cut in cuts - found if cut < one.first), default=-1)
        stop = min((cut for cut in cuts if cut > next_.last), default=len(row))
        also = {hit.last for hit in hits if hit.name == "too" and hit.last == stop - 1 and hit.first > next_.last}
        before = [hit for hit in hits if start < hit.first < one.first]
        behind = {*range(next_.last + 1, stop)} - also
        if any(not row[i].mark for i in borders) and not any(_is_wish(hit) for hit in before):
            behind = set()  # "the sky and the left side should be warmer": the wish stands behind the list
            before = [*before, *(hit for hit in hits if next_.last < hit.first < stop)]
        alone = {*between} - borders | behind
        if not borders or any(row[i].word not in words.filler and not row[i].mark for i in alone):
            continue
        if next_.name not in TONES or any(_of_places(hit) for hit in before):
            found |= borders
    return found


def _is_wish(hit: Hit) -> bool:
    """Whether something is to be done, or complained of."""
    return hit.section in ("quality", "task", "verb", "symptom", "unused", "holes") or (
        hit.section == "modifier" and hit.name in ("remove", "up", "down", "more", "less")
    )


def _of_places(hit: Hit) -> bool:
    """Whether a concept takes tones for places, not for what it turns."""
    turns_tones = any(name in hit.name for name in ("exposure", *TONES))
    return hit.section in ("task", "symptom") or hit.name in _LIMITING or (hit.section == "quality" and not turns_tones)


def _opening_places(hits: list[Hit], cuts: set[int]) -> set[int]:
    """Where a wish begins behind a place that was said first: "except for the sky remove the noise"."""
    found: set[int] = set()
    for place in (hit for hit in hits if hit.section == "place"):
        start = max((cut for cut in cuts if cut <= place.first), default=-1)
        stop = min((cut for cut in cuts if cut > place.last), default=10**6)
        before = [hit for hit in hits if start < hit.first < place.first]
        limits = [hit for hit in before if hit.section == "modifier" and hit.name in ("except", "only", "not")]
        behind = [hit for hit in hits if place.last < hit.first < stop]
        next_ = min(behind, key=lambda hit: hit.first, default=None)
        wish = next_ is not None and (
            next_.section == "verb" or (next_.section == "modifier" and next_.name in ("remove", "up", "down", "make"))
        )
        if limits and len(limits) == len(before) and wish and any(h.section in ("task", "quality", "verb") for h in behind):
            found.add(place.last + 1)
    return found


def _instead(one: Hit, hit: Hit, next_: Hit) -> bool:
    """ "Derain not desnow", "sharper not brighter": a wish, "not", and another."""
    wishes = one.section in ("verb", "task") or one.name.startswith("dir ")
    others = next_.section in ("verb", "task") or next_.name.startswith("dir ")
    return wishes and others and (hit.section, hit.name) == ("modifier", "not") and hit.first == one.last + 1


def _ends_with(dont: Hit, hits: list[Hit], cuts: set[int]) -> bool:
    """Whether a prohibition is all that is said of the noun in front of it ("the sharpness: don't touch")."""
    start = max((cut for cut in cuts if cut <= dont.first), default=-1)
    stop = min((cut for cut in cuts if cut > dont.last), default=10**6)
    inside = [hit for hit in hits if start < hit.first < stop and hit is not dont and hit.section not in ("bare", "filler")]
    nouns = [hit for hit in inside if hit.last < dont.first and (hit.section == "task" or hit.name.startswith("noun"))]
    return len(inside) == len(nouns) == 1


def _acts_before(hits: list[Hit], cuts: set[int], place: int) -> bool:
    """Whether a wish stands between the last border and a place."""
    start = max((cut for cut in cuts if cut <= place), default=0)
    return any(h.section in ("quality", "task", "verb", "symptom") and start <= h.first < place for h in hits)


def is_covered(piece: Piece, used: set[int], words: Words) -> bool:
    """Whether the table knows every word of a clause."""
    last = piece.offset + len(piece.words) - 1
    ends = words.gone | words.stays if piece.of_any("task", "bare", "holes") else frozenset[str]()
    return all(
        token.word in words.filler
        or token.word in amounts.TIMES
        or amounts.number(token.word) is not None
        or i in used
        or (i == last and token.word in ends)
        for i, token in enumerate(piece.words, piece.offset)
    )
