"""What one word of a clause makes of another: the same word may be "too" or "more", a tone may be a place or a direction, a
state may be told or complained of."""

from dataclasses import replace

from . import amounts
from .clauses import TONES, Piece
from .concepts import Hit
from .heard import Heard
from .telling import DAMAGE


def settle_very(piece: Piece) -> None:
    """One word may be "too" and "more" (ज़्यादा): too much where a state is told, more where something is wished for."""
    states = piece.has("is") or not all(hit.name.startswith(("noun", "dir")) for hit in piece.of("quality"))
    measured = any(hit.name in ("stop", "halfstop", "thirdstop", "percent") for hit in piece.of("amount"))
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
    if len(piece.words) == 2 and piece.words[0].word == "tint" and amounts.number(piece.words[1].word) is not None:
        piece.hits = [Hit("quality", "noun tint", piece.offset, piece.offset)]


def settle_cast(piece: Piece) -> None:
    """ "The lamps give the walls a yellow cast" tells; "give the walls a yellow cast" asks: whether something gives."""
    if not piece.has("cast"):
        return
    idle = piece.table.filler
    named = [hit for hit in piece.hits if hit.section in ("place", "scene")]

    def gives(hit: Hit) -> bool:
        before = piece.words[: hit.first - piece.offset]
        subject = any(token.word not in idle for token in before[-1:]) and not any(
            other.last == hit.first - 1 for other in piece.of_any("modifier")
        )
        return (hit.section, hit.name) == ("modifier", "make") and (subject or any(one.last == hit.first - 1 for one in named))

    piece.hits = [replace(hit, name="is") if gives(hit) else hit for hit in piece.hits]


def settle_stops(piece: Piece) -> None:
    """ "One stop under": of the exposure."""
    if piece.of("quality") or not any(hit.name in ("stop", "halfstop", "thirdstop", "stophalf") for hit in piece.of("amount")):
        return
    for place, token in enumerate(piece.words, piece.offset):
        if token.word in piece.table.under | piece.table.over:
            way = "+" if token.word in piece.table.under else "-"
            piece.hits.append(Hit("quality", f"fault exposure{way}", place, place))
            return


def is_taken_back(piece: Piece) -> bool:
    """ "Bring it back a stop", where the verb alone would lift."""
    return any(
        hit.name == "up" and piece.last_word(hit) in piece.table.back for hit in piece.of("modifier") if hit.first >= piece.offset
    )


def is_mere_amount(piece: Piece) -> bool:
    """ "1.5 EV on the field": stops, and at most where."""
    others = [hit for hit in piece.hits if hit.section not in ("amount", "place", "scene")]
    return not others and bool(piece.hits) and piece.hits[0].section == "amount" and piece.hits[0].first <= piece.offset + 1


def settle_purpose(piece: Piece) -> None:
    """ "I underexposed by two stops to save the highlights": what it was done for is no second wish."""
    faults = [hit for hit in piece.of("quality") if hit.name.startswith("fault exposure")]

    def is_aim(hit: Hit) -> bool:
        before = piece.words[hit.first - piece.offset - 1].word if hit.first > piece.offset else ""
        done = hit.name.startswith("dir ") or hit.name in ("keep", "up")
        return done and bool(faults) and hit.first > faults[0].last and before in piece.table.purpose

    aims = [hit.first for hit in piece.of_any("quality", "modifier") if is_aim(hit)]
    piece.hits = [hit for hit in piece.hits if not aims or hit.first < min(aims)]


def settle_neither(piece: Piece) -> None:
    """ "Neither rain nor fog": by their bare names, all that is denied is to go."""
    denied = [hit for hit in piece.of("modifier") if piece.word(hit) in piece.table.neither]
    others = [hit for hit in piece.hits if hit not in denied and hit.section not in ("task", "bare")]
    named = {i for hit in piece.of("task") for i in range(hit.first, hit.last + 1)}
    idle = {hit.first for hit in denied}
    known = all(i in named or i in idle or token.word in piece.table.filler for i, token in enumerate(piece.words, piece.offset))
    damages = all(hit.name in DAMAGE for hit in piece.of("task"))
    if denied and denied[0].first == piece.offset and named and not others and known and damages:
        piece.hits = [replace(hit, name="remove") if hit in denied else hit for hit in piece.hits]


def settle_contrary(piece: Piece, carried: list[Hit]) -> None:
    """ "The sharpness is spot on, the noise isn't", "the light is fine, the contrast isn't": what is praised of the one is what
    the other lacks. carried: the modifiers of the clause before."""
    last = piece.hits[-1] if piece.hits else None
    if last is None or (last.section, last.name) != ("modifier", "not") or piece.word(last) not in piece.table.contrary:
        return
    nouns = piece.of("task") or [hit for hit in piece.of("quality") if hit.name.startswith("noun")]
    if last.last == piece.offset + len(piece.words) - 1 and nouns and any(hit.name == "keep" for hit in carried):
        piece.hits[-1] = replace(last, name="remove" if piece.of("task") else "little")


def settle_ends(piece: Piece) -> None:
    """ "Rain out", "fog in": a noun and where it should be."""
    things = piece.of_any("task", "bare", "holes")
    if not things or things[0].first > piece.offset or piece.of_any("modifier", "quality", "verb"):
        return
    end = piece.offset + len(piece.words) - 1
    if max(hit.last for hit in things) != end - 1 or any(hit.first > piece.offset for hit in things):
        return
    last = piece.words[-1].word
    name = "remove" if last in piece.table.gone else "keep" if last in piece.table.stays else ""
    if name:
        piece.hits.append(Hit("modifier", name, end, end))


def settle_well(piece: Piece) -> None:
    """ "La netteté est bien" praises, "est bien floue" complains: what "well" is said of stands behind it."""
    piece.hits = [
        replace(hit, name="is")
        if hit.name == "keep"
        and hit.last > hit.first >= piece.offset
        and piece.following(hit) is not None
        and piece.last_word(hit) in piece.table.well
        else hit
        for hit in piece.hits
    ]


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
    """ "The colours are too strong" in any language, "colour down": saturation is meant."""
    strong = piece.has("too", "less") and piece.has("high", "low")
    lowered = piece.has("down") and not piece.has("dont", "keep", "not")
    if (strong or lowered) and not piece.of("quality"):
        piece.hits = [
            Hit("quality", "noun saturation", hit.first, hit.last)
            if (hit.section, hit.name) == ("task", "enhance") and (strong or piece.word(hit) in piece.table.colours)
            else hit
            for hit in piece.hits
        ]


def settle_look(piece: Piece) -> None:
    """ "Everything black and white except the middle": with a place, the name of a look is a wish."""
    if piece.of("place") or piece.has("everywhere"):
        piece.hits = [
            replace(hit, name=hit.name.replace("bare ", "dir ")) if hit.section == "quality" else hit for hit in piece.hits
        ]
