"""What is only told. Of the picture, it is a complaint ("noisy and dark"); of the day ("it was a cold bright day") or with praise
("the grain is nice") it is no wish."""

from typing import Final

from restored.regions.names import GUESSED

from .clauses import Piece, is_covered
from .concepts import Hit, Words

DARK: Final = "adj exposure-"

DAMAGE: Final = frozenset({"denoise", "deblur", "derain", "dehaze", "desnow", "dejpeg"})
"""Tasks that are named by what is wrong."""

OF_CAMERAS: Final = frozenset({"denoise", "deblur", "dejpeg"})
"""Those of them that no scene has."""

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
    """Whether a sentence only tells what the picture is like, and that is damage: "noisy and dark", "noise in the sky".
    Weather at a thing may be what the picture shows ("snow on the roof")."""
    hits = [hit for piece in pieces for hit in piece.hits if hit.section not in ("end", "amount", "bare")]
    damages = {hit.name for hit in hits if hit.name == DARK or hit.section == "task"}
    shown = any(hit.section == "place" and hit.name in ("?", *GUESSED) for hit in hits) and not damages <= OF_CAMERAS
    mixed = any(len(piece.of("quality")) > 1 for piece in pieces)  # "dark blue"
    return (
        bool(damages)
        and not (shown or mixed)
        and all(map(_is_told, hits))
        and all(is_covered(piece, used, words) for piece in pieces)
    )


def _is_told(hit: Hit) -> bool:
    """Whether a concept may stand in a sentence that only tells."""
    if hit.section == "task":
        return hit.name in DAMAGE
    if hit.section == "place":
        return True
    if hit.section == "modifier":
        return hit.name in ("is", "too", "everywhere")
    return hit.section == "symptom" or (hit.section == "quality" and (hit.name == DARK or _is_hue(hit)))


def _is_hue(hit: Hit) -> bool:
    """A state of colour: "blue"."""
    return hit.name.startswith(("adj temperature", "adj tint"))


def settle_told(pieces: list[Piece]) -> None:
    """What is only told is complained of: nobody wishes for darkness by its bare name, or says where noise is to praise it."""
    for piece in pieces:
        at = piece.offset
        states = piece.of("quality")
        told = any(hit.name == DARK for hit in states) or all(_is_hue(hit) for hit in states)
        if states and told and not piece.of("place"):  # "a dark sky" may be night
            piece.hits = [Hit("modifier", "is", at, at), *piece.hits]
        elif piece.of("task") and piece.of("place") and not piece.has("is", "too"):
            piece.hits = [Hit("modifier", "remove", at, at), *piece.hits]


def settle_praise(piece: Piece) -> bool:
    """ "The grain is nice", "lovely warm light": what is praised is to stay. True where it is so."""
    polite = any(token.word in piece.table.please for token in piece.words)
    asked = piece.of("verb") or any(hit.name.startswith("dir ") for hit in piece.of("quality"))
    praises = {hit.first for hit in piece.of("modifier") if hit.name == "praise"}
    things = {hit.first for hit in piece.of("task")}  # "mist" of Dutch, which also misses
    wished = [
        hit for hit in piece.of("modifier") if hit.name in WISHED and hit.last + 1 not in praises and hit.first not in things
    ]
    if not praises or wished or polite or asked:
        return False
    if not piece.of_any("task", "symptom", "quality", "bare"):
        return False
    piece.hits = [hit for hit in piece.hits if not (hit.section == "modifier" and hit.name in ("praise", "is"))]
    piece.hits.insert(0, Hit("modifier", "keep", piece.offset, piece.offset))
    return True


def only_praises(piece: Piece) -> bool:
    """ "I love it", "great picture": nothing that could be treated is named."""
    things = ("task", "symptom", "quality", "bare", "verb", "holes", "unused", "place", "off", "question")
    polite = any(token.word in piece.table.please for token in piece.words)
    return piece.has("praise") and not piece.has(*WISHED) and not polite and not piece.of_any(*things)


def is_praised_next(piece: Piece, next_: Piece | None) -> bool:
    """ "We had fog all morning and it was lovely": what a pronoun praises behind it."""
    if next_ is None or not only_praises(next_) or next_.of("scene") or piece.has(*WISHED) or piece.of("verb"):
        return False
    taken_up = any(token.word in piece.table.pronouns for token in next_.words)
    return taken_up and bool(piece.of_any("task", "symptom", "quality", "bare"))


def is_satisfied(piece: Piece) -> bool:
    """ "It's sharp enough as it is"."""
    wished = piece.has("not", "little", "dont", "remove", "make", "more", "less", "too", "up", "down", "except")
    return piece.has("enough") and piece.has("is") and not wished and not piece.of_any("task", "verb", "holes", "unused")


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
    states = [hit.first for hit in piece.of_any("task", "symptom", "quality", "bare")]
    if not scenes or not states or not piece.has("is"):
        return False
    next_ = piece.following(scenes[-1])
    if next_ is not None and (next_.word in piece.table.pictures or _begins(piece, scenes[-1].last + 1)):
        return False  # "the night shot is noisy"
    first = min(states) - piece.offset
    return not any(token.word in piece.table.pictures for token in piece.words[:first])


def _begins(piece: Piece, place: int) -> bool:
    """Whether a concept that says something begins with the word at `place`."""
    return any(hit.first == place and hit.section not in ("modifier", "amount") for hit in piece.hits)
