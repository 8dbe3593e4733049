"""What a clause names: tasks wished for or forbidden, what is filled, enlargements, and what is heard and cannot be done."""

from typing import Final

from restored.regions.names import Region

from ..plan import Unused
from . import amounts
from .clauses import Piece
from .concepts import Hit
from .heard import Heard, Named
from .places import words_of
from .sentences import CANNOT, OTHER_SCALE

CAN_NAME_NOTHING: Final = frozenset({"like", "wie", "comme", "como", "come", "als", "jak", "как", "як", "som", "gibi"})
"""Before a damage, these make a comparison of it."""


def unused(heard: Heard, piece: Piece) -> None:
    for hit in piece.of("unused"):
        words = words_of(piece, hit)
        before = piece.words[: hit.first - piece.offset]
        if any(token.word in CAN_NAME_NOTHING for token in before[-4:]) or _reaches_over_damage(piece, hit):
            continue
        if hit.name.endswith(" only"):
            only_of = piece.has("only") or any(m.name == "only" for m in piece.of("modifier"))
            heard.part = "light" if hit.name.startswith("luminance") else "colour"
            if not only_of and heard.part == "light":
                pass
            continue
        if piece.has("keep", "dont"):
            continue
        start, end = words[0].start, words[-1].end
        heard.unused.append(Unused(heard.text[start:end], CANNOT[hit.name]))
        heard.inverse |= hit.name == "inverse"
        heard.dropped.append((start, end))
        others = [h for h in piece.hits if h.section not in ("modifier", "holes", "unused", "amount", "filler", "place")]
        if not others:
            heard.dropped.append((piece.start, piece.end))


def _reaches_over_damage(piece: Piece, hit: Hit) -> bool:
    """ "Remove the noise from the background" takes no background out."""
    damages = (*piece.of("task"), *piece.of("symptom"), *piece.of("holes"))
    return any(hit.first < damage.first and damage.last < hit.last for damage in damages)


def taken_out(heard: Heard, piece: Piece) -> None:
    """ "Take the people out": things that the picture shows."""
    things = [hit for hit in piece.of("place") if hit.name == "?" and piece.word(hit) not in piece.table.grounds]
    takes = [hit for hit in piece.of("modifier") if hit.name == "remove" and piece.word(hit) in piece.table.takers]
    if len(piece.of("place")) > len(things) or not (things and takes) or piece.of_any(*_MEANT) or heard.unused:
        return
    between = piece.between(takes[0], things[0])
    if things[0].first > takes[0].first and all(token.word in piece.table.filler for token in between):
        heard.unused.append(Unused(heard.text[piece.start : piece.end].strip(), CANNOT["objects"]))
        heard.dropped.append((piece.start, piece.end))


_MEANT: Final = ("task", "verb", "quality", "symptom", "holes", "unused")


def holes(heard: Heard, piece: Piece, index: int, text: str, covered: bool) -> bool:
    """Scratches, dust and the like: words that the network for sentences does not know; they are taken out of what it reads. True
    when they are to be filled. covered: every word of the clause is known."""
    wanted = False
    asked = covered or piece.has("remove", "down", "less", "keep", "dont", "except")
    asked |= any(hit.name != "?" for hit in piece.of("place"))
    asked |= any(token.word in piece.table.pictures for token in piece.words)
    for hit in piece.of("holes"):
        words = words_of(piece, hit)
        if not asked and len(words) == 1 and words[0].word in piece.table.pictured:
            continue
        before = piece.words[: hit.first - piece.offset]
        idiom = words[0].word == "scratch" and bool(before) and before[-1].word == "from"
        added = piece.has("up", "more") and not piece.has("remove")
        if idiom or added or any(token.word in CAN_NAME_NOTHING for token in before[-4:]):
            continue
        kept = piece.has("keep", "dont") or any(m.name in ("not", "except") for m in piece.of("modifier") if m.last < hit.first)
        if kept:
            heard.kept_holes.append(Named(hit.name, heard.text[words[0].start : words[-1].end], index))
        else:
            wanted = True
            if all(item.task != hit.name for item in heard.holes):
                heard.holes.append(Named(hit.name, text, index))
        heard.dropped.append((words[0].start, words[-1].end))
        others = [h for h in piece.hits if h.section not in ("modifier", "holes", "unused", "amount", "filler", "place")]
        if not others:
            heard.dropped.append((piece.start, piece.end))
    return wanted


def other_scale(text: str, piece: Piece) -> list[Unused]:
    """A note where another enlargement was asked for than there is ("3x")."""
    row = piece.words
    for place, token in enumerate(row[:-1]):
        value = amounts.number(token.word)
        if value is not None and row[place + 1].word in amounts.TIMES and value not in (2, 4):
            return [Unused(text[token.start : row[place + 1].end], OTHER_SCALE)]
    return []


def scale_of(piece: Piece, local: list[Hit], covered: bool) -> int | None:
    if any(hit.name == "superres" for hit in (*piece.of("verb"), *piece.of("task"))):
        return amounts.enlargement(piece.words, local)
    plain = [hit for hit in piece.hits if hit.section not in ("amount", "modifier", "filler")]
    return (
        amounts.enlargement(piece.words, local)
        if covered and not plain and any(t.word in amounts.TIMES for t in piece.words)
        else None
    )


def named_by(heard: Heard, piece: Piece, amount: amounts.Amount, index: int, where: Region | None, text: str) -> list[Named]:
    """Tasks that the words name: wished for, excluded, or asked to be added."""
    found: list[Named] = []
    for hit in piece.hits:
        if hit.section not in ("task", "verb", "symptom", "bare"):
            continue
        before = {m.name for m in piece.of("modifier") if m.last <= hit.first}
        around = {m.name for m in piece.of("modifier")}
        places = [place.first for place in piece.of("place") if place.last < hit.first]
        if places and any(m.name == "except" and m.last < places[-1] for m in piece.of("modifier")):
            before -= {"except"}  # "everything except the sky sharper"
        negated = "keep" in around or "dont" in around or "except" in before or ("not" in before and hit.section != "symptom")
        task = hit.name
        if negated:
            heard.excluded.append(task)
            continue
        if hit.section == "verb" and task == "deblur" and before & {"too", "less"}:
            heard.adding = True  # "too sharp"
            continue
        if hit.section in ("task", "bare"):
            if around & {"remove", "down", "less", "too", "is", "little", "make", "low", "high", "only"} and not around & {
                "up",
                "more",
            }:
                found.append(Named(task, text, index, amount.strength, where))
            elif around & {"up", "more", "make"}:
                if task in ("superres", "enhance", "deblur"):
                    found.append(Named(task, text, index, amount.strength, where))
                else:
                    heard.adding = True
        elif hit.section == "symptom" and "make" in around and not around & {"remove", "less", "too", "is", "not"}:
            continue  # "I want the background out of focus"
        elif "not" not in around or "enough" in around:
            found.append(Named(task, text, index, amount.strength, where))
    return list({item.task: item for item in found}.values())
