"""What is only told. Of the picture, it is a complaint ("noisy and dark"); of the day ("it was a cold bright day") or with praise
("the grain is nice") it is no wish."""

from typing import Final

from restored.regions.names import GUESSED

from .clauses import Piece, is_covered
from .concepts import Hit, Words

DARK: Final = "adj exposure-"

DAMAGE: Final = frozenset({"denoise", "deblur", "derain", "dehaze", "desnow", "dejpeg"})
"""Tasks that are named by what is wrong."""

WISHED: Final = (
    "remove",
    "too",
    "more",
    "less",
    "up",
    "down",
    "little",
    "enough",
    "not",
    "dont",
    "make",
    "except",
    "only",
    "keep",
)
"""With one of these, something is asked for or complained of."""


def tells_damage(pieces: list[Piece], used: set[int], words: Words) -> bool:
    """Whether a sentence only tells what the picture is like, and that is damage: "noisy and dark", "noise in the sky"."""
    hits = [hit for piece in pieces for hit in piece.hits if hit.section not in ("end", "amount", "bare")]
    damage = any(hit.name == DARK or hit.section == "task" for hit in hits)
    return damage and all(map(_is_told, hits)) and all(is_covered(piece, used, words) for piece in pieces)


def _is_told(hit: Hit) -> bool:
    """Whether a concept may stand in a sentence that only tells."""
    if hit.section == "task":
        return hit.name in DAMAGE
    if hit.section == "place":
        return hit.name not in ("?", *GUESSED)
    if hit.section == "modifier":
        return hit.name in ("is", "too", "everywhere")
    return hit.section == "symptom" or (hit.section, hit.name) == ("quality", DARK)


def settle_told(pieces: list[Piece]) -> None:
    """What is only told is complained of: nobody wishes for darkness by its bare name, or says where noise is to praise it."""
    for piece in pieces:
        at = piece.offset
        if any(hit.name == DARK for hit in piece.of("quality")) and not piece.of("place"):  # "a dark sky" may be night
            piece.hits = [Hit("modifier", "is", at, at), *piece.hits]
        elif piece.of("task") and piece.of("place") and not piece.has("is", "too"):
            piece.hits = [Hit("modifier", "remove", at, at), *piece.hits]


def settle_praise(piece: Piece) -> bool:
    """ "The grain is nice", "lovely warm light": what is praised is to stay. True where it is so."""
    polite = any(token.word in piece.table.please for token in piece.words)
    asked = piece.of("verb") or any(hit.name.startswith("dir ") for hit in piece.of("quality"))
    if not piece.has("praise") or piece.has(*WISHED) or polite or asked:
        return False
    if not piece.of_any("task", "symptom", "quality", "bare"):
        return False
    piece.hits = [hit for hit in piece.hits if not (hit.section == "modifier" and hit.name in ("praise", "is"))]
    piece.hits.insert(0, Hit("modifier", "keep", piece.offset, piece.offset))
    return True


def tells_of_the_day(piece: Piece, told_before: bool) -> bool:
    """Whether a clause speaks of an occasion, not of the picture: "it was a bright cold day", "the party was loud and dark".
    told_before: the clause before does."""
    scenes = [hit for hit in piece.of("scene") if hit.name == "occasion"]
    places = {hit.first for hit in scenes}
    wished = [hit for hit in piece.of("modifier") if hit.name in WISHED and hit.first not in places]
    if wished or piece.of("place"):
        return False
    if told_before and not (
        scenes or piece.of_any("modifier", "verb") or any(t.word in piece.table.pictures for t in piece.words)
    ):
        return all(hit.section == "symptom" or hit.name.startswith("adj") for hit in piece.hits if hit.section != "scene")
    if not scenes or not piece.has("is"):
        return False
    next_ = piece.following(scenes[-1])
    if next_ is not None and (next_.word in piece.table.pictures or _begins(piece, scenes[-1].last + 1)):
        return False  # "the night shot is noisy"
    states = [hit.first for hit in piece.of_any("task", "symptom", "quality", "bare")]
    first = min(states, default=piece.offset + len(piece.words)) - piece.offset
    return not any(token.word in piece.table.pictures for token in piece.words[:first])


def _begins(piece: Piece, place: int) -> bool:
    """Whether a concept that says something begins with the word at `place`."""
    return any(hit.first == place and hit.section not in ("modifier", "amount") for hit in piece.hits)
