"""Whether a clause only says what is not meant, must not be done, or is no trouble."""

from typing import Final

from .clauses import Piece
from .concepts import Hit
from .heard import Heard
from .telling import DARK

LACKING: Final = frozenset({"no", "without"})

NO_COPULA: Final = frozenset({"isn't", "aren't", "wasn't", "weren't"})


def is_denied(heard: Heard, piece: Piece) -> bool:
    """ "Remove the rain, not the snow": all that is said behind a wish is what is not meant."""
    first = piece.hits[0] if piece.hits else None
    denies = first is not None and (first.section, first.name) == ("modifier", "not") and piece.word(first) not in LACKING
    wished = bool(heard.clauses) and heard.clauses[-1].acts
    return (
        denies
        and wished
        and first is not None
        and first.first == piece.offset
        and len(piece.of("modifier")) == 1
        and bool(piece.of("task") or piece.of("verb"))
    )


def forbids(piece: Piece) -> bool:
    """Whether all that a clause says is that something must not be done, or is no trouble ("it isn't noisy")."""
    first = piece.hits[0] if piece.hits else None
    if first is not None and first.first == piece.offset and piece.word(first) in piece.table.neither and piece.of("quality"):
        return not piece.has("is", "enough", "make") and not piece.of_any("task", "verb", "symptom")  # "neither too dark nor ..."
    nots = [hit for hit in piece.of("modifier") if hit.name == "not" and piece.word(hit) in NO_COPULA]
    excess = [hit.first for hit in piece.of("modifier") if hit.name == "too"]
    if any(hit.first + 1 in excess for hit in nots) and piece.of("quality") and not piece.of_any("task", "verb"):
        return True  # "it isn't too dark"
    if piece.has("remove", "too", "enough", "little", "less", "only", "except") or (piece.of("verb") and piece.has("not")):
        return False
    things = piece.of("task") or piece.of("verb") or piece.of("symptom")
    denied = [hit for hit in piece.of("modifier") if hit.name == "not" and hit.first > piece.offset]
    if denied and any(piece.word(hit) == "too" for hit in piece.of("quality")):
        return True  # "it's not too warm"
    copula = piece.has("is") or any(piece.word(hit) in NO_COPULA for hit in denied)
    bounds = [hit.first for hit in piece.of("modifier") if hit.name in ("dont", "keep")]
    aims = [hit for hit in (*piece.of("verb"), *piece.of("quality")) if not hit.name.startswith("noun")]
    if bounds and any(hit.first < bounds[0] for hit in aims) and not piece.table.verb_last:
        return False  # "lighter without touching the colours"
    if piece.has("keep"):
        return bool(piece.of("quality")) != bool(things)
    if piece.has("dont"):  # "I don't want any fog" may be a wish: for the network to say
        turned = any(not hit.name.startswith("adj") for hit in piece.of("quality"))
        acts = bool(piece.of("verb")) or (turned and not piece.has("make", "is"))
        return acts or (bool(things) and piece.has("up", "down"))
    turned = bool(piece.of("quality")) and not copula and piece.has("not")
    dark = any(hit.name == DARK for hit in piece.of("quality"))
    return turned or (bool(denied) and copula and (dark or bool(piece.of("symptom"))) and not piece.of("question"))


def is_contrary(piece: Piece, carried: list[Hit]) -> bool:
    """Whether a bare noun with a last "does" follows something that is to be kept."""
    nouns = bool(piece.of("task")) and not piece.of("quality") and not piece.of("verb") and len(piece.words) <= 4
    return nouns and piece.words[-1].word in piece.table.contrary and any(hit.name in ("keep", "not") for hit in carried)


def is_other(piece: Piece, carried: list[Hit]) -> bool:
    """Whether a bare noun follows something that was only denied, without a verb."""
    nouns = bool(piece.of("task")) and not piece.of("modifier") and not piece.of("verb") and not piece.of("quality")
    return nouns and len(carried) == 1 and carried[0].name == "not" and carried[0].first == 0
