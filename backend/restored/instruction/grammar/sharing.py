"""What a clause shares with the clauses before it: a place, an amount, a direction ("turn the saturation and the contrast down by
10 %", "denoise and darken the sky")."""

from dataclasses import replace

from restored.adjustments.names import PLAIN, Adjustment
from restored.regions.names import Region

from . import amounts
from .clauses import Piece
from .concepts import Hit
from .heard import Heard, Named, Turn
from .tokens import MARKS


def elsewhere(heard: Heard) -> tuple[Region | None, bool]:
    """ "Warmer in the sky, cooler elsewhere": everything but the place that was named last, and whether that is outside of it."""
    named = [clause.place for clause in heard.clauses if clause.place is not None]
    if named:
        return named[-1], not named[-1].outside
    return (heard.limits[-1][1], True) if heard.limits else (None, False)  # "keep the sky, darken the rest"


def place_before(heard: Heard, piece: Piece, turns: list[Turn]) -> Region | None:
    """ "The sky is too bright, darken it": where the clause before complained of a place, a pronoun or the same direction means
    it; and so does a pronoun where it said what must not be done there ("don't brighten the sky, darken it")."""
    before = heard.clauses[-1] if heard.clauses else None
    if before is None or before.place is None or before.place.outside or piece.has("everywhere"):
        return None
    last = [turn for turn in heard.turns if turn.clause == len(heard.clauses) - 1]
    again = bool(last) and all(any(t.name == turn.name and t.amount * turn.amount > 0 for t in last) for turn in turns)
    taken_up = any(token.word in piece.table.pronouns for token in piece.words)
    instead = before.bars and all(turn.name in heard.excluded_turns for turn in turns)
    return before.place if (before.told and (again or taken_up)) or (instead and taken_up) else None


def same_place(heard: Heard, named: list[Named], index: int, where: Region) -> None:
    """ "The noise and the grain in the sky": where two words for one thing are listed, the place is said of both."""
    before = [item for item in heard.named if item.clause == index - 1]
    tasks = {item.task for item in named}
    if before and heard.clauses[-1].place is None and all(item.task in tasks for item in before):
        heard.clauses[-1] = replace(heard.clauses[-1], place=where)
        heard.named = [replace(item, region=where) if item in before else item for item in heard.named]


def is_joined(heard: Heard, piece: Piece) -> bool:
    """Whether only words ("and") stand between a clause and the one before."""
    before = heard.clauses[-1].end if heard.clauses else piece.start
    between = heard.text[before : piece.start]
    return bool(between.strip()) and not any(letter in MARKS for letter in between)


def share_place(heard: Heard, piece: Piece, index: int, where: Region) -> None:
    """ "Denoise and darken the sky": a verb alone in front of an "and" shares the place of the verb behind it."""
    before = heard.clauses[-1] if heard.clauses else None
    aims = [hit for hit in piece.hits if hit.section == "verb" or hit.name.startswith("dir ")]
    if before is None or before.place is not None or not aims or aims[0].first != piece.offset:
        return
    if is_joined(heard, piece) and " " not in heard.text[before.start : before.end].strip():
        heard.clauses[-1] = replace(before, place=where)
        heard.named = [replace(item, region=where) if item.clause == index - 1 else item for item in heard.named]
        heard.turns = [replace(turn, region=where) if turn.clause == index - 1 else turn for turn in heard.turns]


def listed_by(piece: Piece, qualities: list[Hit], amount: amounts.Amount) -> list[Adjustment]:
    """ "Turn the saturation (and the contrast down)": qualities that are named and wait for what the next clause does."""
    idle = all(hit.name == "make" for hit in piece.of("modifier"))
    nouns = bool(qualities) and all(hit.name.startswith("noun ") for hit in qualities)
    others = piece.of_any("task", "verb", "symptom", "place")
    if not (idle and nouns and amount.plain and amount.factor == 1.0) or others:
        return []
    return [hit.name.split()[1].rstrip("+-") for hit in qualities]  # type: ignore[misc]


def share_amount(heard: Heard, piece: Piece, index: int, amount: amounts.Amount) -> None:
    """ "Raise the contrast, the saturation and the vibrance by 10 %": an amount behind a list is of all of it."""
    carried = [hit for hit in piece.of("modifier") if hit.first < piece.offset]
    own = [hit for hit in piece.of("modifier") if hit.first >= piece.offset]
    if not carried or own or not is_joined(heard, piece):
        return
    for before in range(index - 1, -1, -1):
        mine = [turn for turn in heard.turns if turn.clause == before]
        if not mine or not all(turn.plain and abs(turn.amount) == PLAIN[turn.name] for turn in mine):
            return
        shared = {turn.name: round(amount.of(turn.name, 1 if turn.amount > 0 else -1, False), 4) for turn in mine}
        heard.turns = [
            replace(turn, amount=shared[turn.name], plain=amount.plain) if turn.clause == before else turn for turn in heard.turns
        ]


def of_list(turn: Turn, name: Adjustment) -> Turn:
    """What is done with another quality of the same list."""
    size = turn.amount * PLAIN[name] / PLAIN[turn.name] if turn.plain else turn.amount
    return replace(turn, name=name, amount=round(size, 4))
