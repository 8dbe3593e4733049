"""Where a clause means: the places that it names, and the tones (shadows, highlights) that are places and directions at once."""

from dataclasses import replace

from restored.adjustments.names import Adjustment
from restored.regions.names import GUESSED, PLACES, Place, Region

from . import amounts
from .clauses import TONES, Piece
from .concepts import Hit
from .heard import Turn
from .tokens import Token, joined


def tone_of(place: Region | None) -> Adjustment | None:
    """The tones among the places: shadows or highlights, when only one of them is named."""
    tones: list[Adjustment] = [name for name in TONES if place is not None and name in place.places]
    return tones[0] if len(tones) == 1 else None


def without(place: Region | None, tone: str) -> Region | None:
    """The places but the tone."""
    left = tuple(name for name in place.places if name != tone) if place else ()
    return replace(place, places=left) if place and left else None


def toned(turn: Turn, tone: Adjustment) -> Turn:
    """Brighter or darker shadows and highlights have curves of their own; anything else is done there."""
    if turn.name != "exposure":
        return replace(turn, region=Region((tone,)))  # type: ignore[arg-type]
    size = turn.amount * (0.5 / 0.7) if turn.plain else turn.amount / (1.5 if tone == "shadows" else 1.0)
    return replace(turn, name=tone, amount=max(-1.0, min(1.0, round(size, 4))))


def tone_of_place(piece: Piece, tone: Adjustment, amount: amounts.Amount, index: int, text: str) -> Turn | None:
    """ "Lift the shadows", "reduce the highlights", "the shadows are too harsh"."""
    if piece.has("dont", "keep", "not"):
        return None
    if piece.has("too", "high") and not piece.has("low"):
        sign = 1 if tone == "shadows" else -1
    elif piece.has("down", "less"):
        sign = -1
    elif piece.has("up", "more"):
        sign = 1
    else:
        return None
    if amount.plain:
        amount = amounts.bare(piece.words, piece.hits) or amount
    return Turn(tone, round(amount.of(tone, sign, False), 4), text.strip(), index, amount.plain)


def tone_as_before(turns: list[Turn], piece: Piece, tone: Adjustment, index: int, text: str) -> Turn | None:
    """ "Brighten the shadows and the highlights": what was said of the one is said of the other."""
    before = turns[-1] if turns else None
    if before is None or before.clause != index - 1 or piece.of("modifier") or before.name not in ("exposure", *TONES):
        return None
    again = replace(before, words=text.strip(), clause=index, region=None)
    return toned(again, tone) if before.name == "exposure" else replace(again, name=tone)


def as_before(turns: list[Turn], piece: Piece, tone: Adjustment | None, carried: list[Hit], index: int, text: str) -> Turn | None:
    """ "Less warm in the shadows, more in the highlights": the quality of the clause before, here this way. carried: the
    modifiers of that clause."""
    before = turns[-1] if turns else None
    says = piece.has("more") != piece.has("less")
    if before is None or before.clause != index - 1 or not says or piece.of_any("quality", "task", "verb", "symptom"):
        return None
    if tone and before.name in ("exposure", *TONES):
        return None
    less_before = any(hit.name in ("less", "down", "too") for hit in carried)
    sign = 1 if less_before == piece.has("less") else -1
    return replace(before, amount=sign * before.amount, words=text.strip(), clause=index, region=None)


def place_of(piece: Piece) -> tuple[Region | None, bool, str, tuple[Place, ...]]:
    """The region that a clause names, whether everything but it is meant, and a place that only a hand can show, with a guess
    where there is one."""
    hits = [hit for hit in piece.of("place") if not (_is_compared(piece, hit) or _is_kind(piece, hit))]
    known = [hit for hit in hits if hit.name not in ("?", *GUESSED)]
    unknown = [hit for hit in hits if hit not in known]
    negative = False
    if hits:
        first = hits[0].first
        before = [m.name for m in piece.of("modifier") if m.first < first]
        # "on the left but not the dust": what a further thing is said with is not said of the place
        end = min((hit.first for hit in (*piece.of("holes"), *piece.of("task")) if hit.first > hits[-1].last), default=None)
        near = [m.name for m in piece.of("modifier") if m.first >= first and (end is None or m.first > end)]
        acts = bool(piece.of("task") or piece.of("verb") or piece.of("symptom") or piece.of("quality"))
        negative = "except" in before[-2:] or "except" in near or ("not" in before[-1:] and "only" not in near)
        negative |= ("keep" in before[-1:] or "keep" in near or "dont" in before[-1:]) and not acts
        negative |= "everywhere" in before and bool({"not", "dont", "except"} & {*before, *near})
    named = unknown[:1]
    named = [hit for hit in unknown[1:2] if hit.first == named[0].last + 1] or named  # "her eyes"
    hand = joined([word for word in words_of(piece, named[0]) if word.word != "the"]) if named else ""
    if not known:
        guess: tuple[Place, ...] = tuple(place for place in GUESSED if named and place == named[0].name)
        return None, negative, hand, guess
    places: list[Place] = []
    both = False
    for hit in known:
        names = hit.name.split()
        both |= len(names) > 1
        places.extend(name for name in PLACES if name in names and name not in places)
    return Region(tuple(places), both=both), negative, hand, ()


def is_only_there(piece: Piece) -> bool:
    """Whether "only" is said of a place, not of a thing there ("only two candles on the table")."""
    idle = piece.table.filler
    return any(
        hit.name == "only" and all(token.word in idle for token in piece.between(hit, place))
        for hit in piece.of("modifier")
        for place in piece.of("place")
    )


def _is_kind(piece: Piece, hit: Hit) -> bool:
    """Whether a place only says what kind of picture it is ("the aisle picture")."""
    next_ = piece.following(hit)
    return hit.name in ("?", *GUESSED) and next_ is not None and next_.word in piece.table.kinds


def _is_compared(piece: Piece, hit: Hit) -> bool:
    """Whether a place is only what another is compared with ("as bright as the right side")."""
    others = any(other.last < hit.first for other in piece.of("place"))
    before = piece.words[: hit.first - piece.offset][-2:]
    return others and any(token.word in piece.table.than or token.word == "like" for token in before)


def words_of(piece: Piece, hit: Hit) -> list[Token]:
    return piece.words[hit.first - piece.offset : hit.last - piece.offset + 1]
