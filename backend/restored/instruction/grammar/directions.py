"""Which way a quality is turned, and how far: "warmer", "less contrast", "the white balance is too blue"."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from restored.adjustments.names import PLAIN, Adjustment
from restored.regions.names import GUESSED, Region

from . import amounts
from .clauses import Piece
from .concepts import Hit
from .heard import Turn

OTHER_WAY: Final = str.maketrans("+-", "-+")

VIRTUES: Final = frozenset({"exposure+", "contrast+", "saturation+", "vibrance+"})
"""States whose lack is a complaint ("it isn't bright")."""

COLOURS: Final = frozenset({"temperature", "tint"})


def turns_of(
    piece: Piece, qualities: list[Hit], amount: amounts.Amount, place: Region | None, index: int, text: str
) -> list[Turn]:
    turns: list[Turn] = []
    qualities = _without_bearers(piece, qualities)
    for number, hit in enumerate(qualities):
        near = _near(piece, qualities, number) - ({"not"} if _asked(piece) else set())
        if "not" in near and piece.word(hit) == "too":
            continue  # "it's not too warm"
        if kind_of(hit) == "adj" and _is_fine(piece):
            near = (near - {"less"}) | {"not", "too"}
        kind, *names = hit.name.split()
        own = _own_number(piece, qualities, number) if kind == "noun" and len(qualities) > 1 else None
        if amount.plain and (bare := _number_without_unit(piece, kind, names, len(qualities))):
            amount = bare
        if kind == "adj" and _is_cast(piece):
            kind = "cast"
        if kind == "dir" and _is_worse(piece, hit):
            kind = "fault"
            names = [name.translate(OTHER_WAY) for name in names]
        if (
            kind == "dir"
            and piece.table.verb_last
            and any(m.name == "too" and m.last == hit.first - 1 for m in piece.of("modifier"))
        ):
            kind = "adj"  # "너무 어둡게 나왔어요": an adverb of state, not a direction
        denied = [m for m in piece.of("modifier") if m.name == "not" and m.last < hit.first]
        if kind == "noun" and denied and near & {"up", "more"} and not near & {"enough", "is"}:
            continue  # "no contrast boost"
        for name in names:
            sign = -1 if name.endswith("-") else 1
            if kind == "adj" and "not" in near and "enough" not in near and name not in VIRTUES:
                continue  # "it isn't dark"
            if own is not None:
                direction, relative = own.signed or 1, False
            elif kind == "adj" and "remove" in near and name[:-1] in COLOURS:
                direction, relative = -sign, False  # "take the yellow out"
            else:
                direction, relative = _direction(kind, sign, near, amount)
                if kind == "noun" and amount.ratio is not None and direction and amount.factor == 1.0:
                    relative = (amount.ratio > 1) == (direction > 0)  # "halve the contrast": half of it is left
            if not direction or any(turn.name == name.rstrip("+-") for turn in turns):
                continue
            adjustment: Adjustment = name.rstrip("+-")  # type: ignore[assignment]
            share = 0.7 if len(names) > 1 else 1.0
            size = (own or amount).of(adjustment, direction, relative) * share
            exact = kind == "noun" and not amount.plain
            sure = (
                exact
                or kind in ("dir", "fault", "cast")
                or bool(near & {"too", "more", "less", "up", "down", "little", "enough"})
            )
            said = any(0 < hit.first - m.last <= 2 for m in piece.of("modifier") if m.name == "is")
            if sure or said or not _may_be_told(piece):
                turns.append(Turn(adjustment, round(size, 4), text.strip(), index, amount.plain, sure, said=said))
    return [turn for turn in turns if turn.amount]


def _without_bearers(piece: Piece, qualities: list[Hit]) -> list[Hit]:
    """ "The light is too yellow", "the yellow cast of tungsten light": where a colour is complained of, light is what has it."""
    told = [hit for hit in qualities if any(name[:-1] in COLOURS for name in hit.name.split()[1:])]
    if not told:
        return qualities
    is_ = next((m.first for m in piece.of("modifier") if m.name == "is" and m.first < told[-1].first), -1)
    return [hit for hit in qualities if hit in told or not (_is_cast(piece) or hit.first < is_)]


def _own_number(piece: Piece, qualities: list[Hit], number: int) -> amounts.Amount | None:
    """The number right behind one of several qualities ("exposure +0.3 contrast -10")."""
    start = qualities[number].last + 1 - piece.offset
    stop = qualities[number + 1].first - piece.offset if number + 1 < len(qualities) else len(piece.words)
    row = piece.words[start:stop]
    if not row or amounts.number(row[0].word) is None:
        return None
    value = amounts.number(row[0].word) or 0.0
    if qualities[number].name == "noun exposure" and abs(value) <= 5:
        return amounts.Amount(stops=abs(value), signed=-1 if value < 0 else 1)
    return amounts.Amount(share=abs(value) / 100, signed=-1 if value < 0 else 1)


def _number_without_unit(piece: Piece, kind: str, names: list[str], count: int) -> amounts.Amount | None:
    """Of a quality that is named alone ("contrast by 10"), or of a change ("reduce the highlights by 20")."""
    if kind == "noun" and count == 1:
        return _bare_number(piece, names[0])
    return _by(piece, names[0].rstrip("+-")) if kind == "dir" and count == len(names) == 1 else None


def _bare_number(piece: Piece, name: str) -> amounts.Amount | None:
    """A number without a unit: stops of exposure ("increase exposure by 1/3"), hundredths of anything else."""
    values = [value for token in piece.words if (value := amounts.number(token.word)) is not None]
    values = values or amounts.spoken(piece.hits)
    if len(values) != 1 or not values[0]:
        return None
    if not piece.of("modifier") and len(piece.words) > 2:
        return None  # "a contrast like in the 15 others"
    size = abs(values[0])
    if name == "exposure" and size <= 5:
        return amounts.Amount(stops=size, signed=-1 if values[0] < 0 else 0)
    return amounts.Amount(share=size / 100) if 5 <= size <= 100 else None


def _by(piece: Piece, name: str) -> amounts.Amount | None:
    """The number behind a "by": stops of exposure, hundredths of anything else."""
    for before, token in pairwise(piece.words):
        size = amounts.number(token.word)
        if before.word in piece.table.by and size is not None and size > 0:
            if name == "exposure":
                return amounts.Amount(stops=size) if size <= 5 else None
            return amounts.Amount(share=size / 100) if 5 <= size <= 100 else None
    return None


def excluded(piece: Piece, qualities: list[Hit]) -> list[Adjustment]:
    """Adjustments that a clause forbids ("without more contrast", "keep the saturation", "not brighter")."""
    denied = piece.has("not") and not piece.has("is", "enough", "too", "make", "less")
    if denied and not piece.has("up"):
        qualities = [hit for hit in qualities if hit.name.startswith("dir ")]
    if not qualities or not (denied or piece.has("dont", "keep")):
        return []
    return [name.rstrip("+-") for hit in qualities for name in hit.name.split()[1:]]  # type: ignore[misc]


def _near(piece: Piece, qualities: list[Hit], number: int) -> set[str]:
    """The modifiers of one quality: those since the one before, else (postpositions) those after it."""
    hit = qualities[number]
    before = qualities[number - 1].last if number else -1
    after = qualities[number + 1].first if number + 1 < len(qualities) else 10**6
    modifiers = piece.of("modifier")
    if len(qualities) == 1:
        return {m.name for m in modifiers}
    front = {m.name for m in modifiers if before < m.first <= hit.last}
    back = {m.name for m in modifiers if hit.first < m.first < after}
    decisive = {"more", "less", "up", "down", "too", "little", "enough", "high", "low", "remove", "make", "dont", "not", "keep"}
    if front & decisive:
        return front
    if back & decisive and number + 1 == len(qualities):
        return back
    return {m.name for m in modifiers if m.first < hit.first} | (back if not front else set())


def _is_worse(piece: Piece, hit: Hit) -> bool:
    """ "It is colder than the real scene": a comparison that complains."""
    behind = [token for token in piece.words[hit.last + 1 - piece.offset :][:2] if token.word in piece.table.than]
    before = [m.name for m in piece.of("modifier") if m.last < hit.first]
    return bool(behind) and "is" in before and "make" not in before and "not" not in before


def _may_be_told(piece: Piece) -> bool:
    """Whether a state may be told of what the picture shows ("her blue dress"), or asked after ("why is the sky blue")."""
    return any(hit.name in ("?", *GUESSED) for hit in piece.of("place")) or bool(piece.of("question"))


def is_certain(piece: Piece, turns: list[Turn]) -> bool:
    """Whether the directions need nobody's second opinion."""
    return all(turn.sure for turn in turns) or not _may_be_told(piece)


def of_a_thing(turn: Turn) -> Turn:
    """A complaint that a thing is too bright ("the plate is blown out") is about its highlights: nobody wants the whole picture
    darker for it."""
    if turn.name != "exposure" or turn.amount > 0 or not (turn.plain and turn.said):
        return turn
    return replace(turn, name="highlights", amount=round(turn.amount / PLAIN["exposure"] * PLAIN["highlights"], 4))


def _asked(piece: Piece) -> bool:
    """ "Isn't it too bright?" asks for a yes."""
    first = next((m for m in piece.of("modifier") if m.first == piece.offset), None)
    return first is not None and first.name == "not" and piece.word(first).endswith("n't")


def kind_of(hit: Hit) -> str:
    """dir, fault, adj, noun or bare."""
    return hit.name.split()[0]


def _is_fine(piece: Piece) -> bool:
    """ "It's not too warm": told of a state, it is no wish for less ("not too warm, please")."""
    denials = [m for m in piece.of("modifier") if m.name == "less" and piece.word(m) == "not" and m.last > m.first]
    return any(m.name == "is" and m.last == denial.first - 1 for denial in denials for m in piece.of("modifier"))


def _is_cast(piece: Piece) -> bool:
    return piece.has("cast")


def _direction(kind: str, sign: int, near: set[str], amount: amounts.Amount) -> tuple[int, bool]:
    """(-1, 0 or 1, whether a ratio is meant) for a quality and the words around it; 0 where no wish can be made out."""
    near = near - {"everywhere", "only"}
    if near & {"dont", "keep"} and not near & {"too"}:
        return 0, False
    if kind == "dir":
        if "less" in near and "too" not in near:
            return -sign, False
        return (0 if "not" in near and not near & {"enough", "is"} else sign), False
    if kind == "fault":
        return (0 if "not" in near and not near & {"enough", "too"} else sign), False
    if kind == "cast":
        wanted = near & {"more", "up", "make"} and not near & {"remove", "too", "less", "down", "is"}
        return (sign if wanted else -sign), False
    if kind == "adj":
        if "less" in near or "down" in near:
            return -sign, False
        if "too" in near:
            return (0 if "not" in near else -sign), False
        if "not" in near:
            return (sign if near & {"enough", "is"} else 0), False
        if "little" in near:
            return sign, False
        if near & {"more", "up"}:
            return sign, False
        if "make" in near:
            return sign, amount.ratio is not None
        if amount.ratio is not None:
            return sign, True
        if "is" in near or "high" in near:
            return -sign, False
        return (sign if amount.stops is not None else 0), False  # "half a stop bright"
    # a noun
    if amount.signed:
        return amount.signed, False
    if "too" in near:
        return (1 if near & {"low", "little"} else -1), False
    if near & {"little", "low"} or ("not" in near and near & {"enough", "is"}):
        return 1, False
    if near & {"less", "down"}:
        return -1, False
    if near & {"more", "up"}:
        return 1, False
    if "remove" in near and (amount.factor != 1.0 or amount.share is not None):
        return -1, False
    if amount.ratio is not None:
        return (1 if amount.ratio > 1 else -1), True
    if amount.factor != 1 and not near:  # "with lots of contrast", "a touch of warmth"
        return 1, False
    if (amount.share is not None and "make" in near) or (not amount.plain and not near):  # "contrast 15", as sliders are written
        return 1, False
    if "high" in near and near & {"is"}:
        return -1, False
    return 0, False
