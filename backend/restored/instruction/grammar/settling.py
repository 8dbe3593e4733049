"""What one word of a clause makes of another: the same word may be "too" or "more", a tone may be a place or a direction, a
state may be told or complained of."""

from dataclasses import replace
from typing import Final

from restored.regions.names import GUESSED

from . import amounts
from .clauses import TONES, Piece
from .concepts import Hit, Words
from .heard import Heard

DARK: Final = "adj exposure-"

DAMAGE: Final = frozenset({"denoise", "deblur", "derain", "dehaze", "desnow", "dejpeg"})


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


def settle_very(piece: Piece) -> None:
    """One word may be "too" and "more" (ज़्यादा): too much where a state is told, more where something is wished for."""
    states = piece.has("is") or not all(hit.name.startswith(("noun", "dir")) for hit in piece.of("quality"))
    measured = any(hit.name in ("stop", "halfstop", "percent") for hit in piece.of("amount"))
    wished = bool(piece.of("quality")) and (not states or (measured and not piece.has("is")))
    piece.hits = [
        replace(hit, name="more" if wished else "too") if (hit.section, hit.name) == ("modifier", "very") else hit
        for hit in piece.hits
    ]


def settle_tones(piece: Piece) -> None:
    """ "Highlights -40", "shadows 30": a tone with a number behind it is turned, not a place."""

    def numbered(hit: Hit) -> bool:
        next_ = piece.following(hit)
        alone = len(piece.words) == 2 and next_ is not None and amounts.number(next_.word) is not None
        signed = next_ is not None and (next_.word[0] in "+-" or alone)
        return hit.section == "place" and hit.name in TONES and signed

    piece.hits = [Hit("quality", f"noun {hit.name}", hit.first, hit.last) if numbered(hit) else hit for hit in piece.hits]


def settle_keep(piece: Piece) -> None:
    """ "Deixe" keeps a thing and makes a quality: with a direction or a remedy behind it, and no damage to keep, it makes."""
    compared = piece.has("more", "less")
    kinds = ("dir", "adj") if compared else ("dir",)
    aims = [hit for hit in piece.hits if hit.section == "verb" or (hit.section == "quality" and hit.name[:3] in kinds)]
    if aims and not piece.of("task") and not piece.of("place"):
        piece.hits = [
            hit for hit in piece.hits if not (hit.section == "modifier" and hit.name == "keep" and hit.last < aims[0].first)
        ]


def settle_no(heard: Heard, piece: Piece) -> None:
    """ "Snow no": what stands in front of a last "no" is not wished for."""
    last = piece.hits[-1] if piece.hits else None
    if last is None or (last.section, last.name) != ("modifier", "not") or last.last != piece.offset + len(piece.words) - 1:
        return
    others = [hit for hit in piece.hits if hit.section == "modifier" and hit is not last]
    if not others and last.first > piece.hits[0].first:
        piece.hits[-1] = replace(last, name="dont")
        verbs = {"dir exposure+": "lowlight"}
        heard.refused += [hit.name for hit in (*piece.of("task"), *piece.of("verb"), *piece.of("symptom"))]
        heard.refused += [verbs[hit.name] for hit in piece.of("quality") if hit.name in verbs]


def settle_colours(piece: Piece) -> None:
    """ "The colours are too strong" in any language: saturation is meant."""
    if piece.has("too") and piece.has("high", "low") and not piece.of("quality"):
        piece.hits = [
            Hit("quality", "noun saturation", hit.first, hit.last) if (hit.section, hit.name) == ("task", "enhance") else hit
            for hit in piece.hits
        ]


def settle_look(piece: Piece) -> None:
    """ "Everything black and white except the middle": with a place, the name of a look is a wish."""
    if piece.of("place") or piece.has("everywhere"):
        piece.hits = [
            replace(hit, name=hit.name.replace("bare ", "dir ")) if hit.section == "quality" else hit for hit in piece.hits
        ]


def is_covered(piece: Piece, used: set[int], words: Words) -> bool:
    """Whether the table knows every word of a clause."""
    return all(
        token.word in words.filler or token.word in amounts.TIMES or amounts.number(token.word) is not None or i in used
        for i, token in enumerate(piece.words, piece.offset)
    )
