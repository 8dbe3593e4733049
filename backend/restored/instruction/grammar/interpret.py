"""Concepts -> what is wished for: the same rules for every language, since they ask what stands in a clause, and hardly in which
order."""

from dataclasses import replace
from typing import Final

from restored.adjustments.names import Adjustment
from restored.regions.names import GUESSED, Region

from ..plan import Unused
from . import amounts
from .clauses import TONES, Piece, forbidding, pieces_of
from .concepts import Hit, Token, Words, tokens
from .heard import Clause, Heard, Named, Turn
from .places import place_of, tone_as_before, tone_of, tone_of_place, toned, without, words_of
from .sentences import CANNOT, OTHER_SCALE, by_hand

WISHES: Final = frozenset(
    {"modifier", "amount", "quality", "place", "task", "bare", "symptom", "verb", "unused", "holes", "off", "question", "end"}
)
"""Sections that wishes are made of; the others are said of results."""

HEARD: Final = WISHES | {"follow", "result", "remedy"}
"""Sections whose words need no further reading."""

COLOURS: Final = frozenset({"temperature", "tint"})

CAN_NAME_NOTHING: Final = frozenset({"like", "wie", "comme", "como", "come", "als", "jak", "как", "як", "som", "gibi"})
"""Before a damage, these make a comparison of it."""


def hear(text: str, words: Words, known: frozenset[str] | None = None) -> Heard:
    """What a sentence of one language says, as far as its table goes. known: words of the language at large, for typos."""
    row = words.repaired(tokens(text), known)
    heard = Heard(text)
    hits = forbidding(words.find(row, WISHES))
    used = words.used(row, HEARD)
    pieces = pieces_of(row, hits, words)
    content = [t for i, t in enumerate(row) if not t.mark and not (t.word in words.filler and i not in used)]
    look = _stands_alone(heard, hits, [t for t in content if t.word not in words.filler], row)
    carried: list[Hit] = []
    for index, piece in enumerate(pieces):
        if len(pieces) > 1 and _is_look(piece):  # "black and white, with more contrast"
            heard.turns.append(Turn("black_and_white", 1.0, heard.text[piece.start : piece.end], index))
            heard.clauses.append(Clause(piece.start, piece.end, True, True, True))
            continue
        covered = all(
            token.word in words.filler or token.word in amounts.TIMES or amounts.number(token.word) is not None or i in used
            for i, token in enumerate(piece.words, piece.offset)
        )
        carried = _clause(heard, piece, index, covered, carried)
    if look:
        heard.clauses = [replace(clause, covered=True, cut=True, acts=True) for clause in heard.clauses]
    return heard


def _stands_alone(heard: Heard, hits: list[Hit], content: list[Token], row: list[Token]) -> bool:
    """A look ("black and white") or the name of a damage with nothing around it; whether it is a look."""
    looks = [hit for hit in hits if hit.section == "quality" and hit.name.startswith("bare ")]
    if looks and len(content) <= looks[0].last - looks[0].first + 1:
        heard.turns.append(Turn("black_and_white", 1.0, heard.text.strip(), 0))
        return True
    damages = [hit for hit in hits if hit.section == "bare"]
    others = [hit for hit in hits if hit.section not in ("bare", "filler", "task", "symptom", "end", "follow")]
    if len(damages) == 1 and not others and len([t for t in row if not t.mark]) <= damages[0].last - damages[0].first + 1:
        heard.bare = damages[0].name
    return False


def _is_look(piece: Piece) -> bool:
    """Whether a clause is the name of a look and nothing else."""
    return any(h.name.startswith("bare ") and h.last - h.first + 1 == len(piece.words) for h in piece.of("quality"))


def _clause(heard: Heard, piece: Piece, index: int, covered: bool, carried: list[Hit]) -> list[Hit]:
    """Read one clause into `heard`; gives the modifiers that the next one may take over ("more contrast and saturation")."""
    text = heard.text[piece.start : piece.end]
    wishes = [hit for hit in piece.hits if hit.section in ("quality", "verb", "task", "symptom")]
    off = piece.of("off")
    heard.trap |= any(hit.name == "sure" for hit in off) or (
        covered and bool(off) and (bool(wishes) or piece.has("up", "down", "remove", "more", "less", "make"))
    )
    local = [replace_places(hit, piece.offset) for hit in piece.of("amount")]
    amount = amounts.read(piece.words, local)
    qualities = [hit for hit in piece.of("quality") if not hit.name.startswith("bare ")]
    modifiers = piece.of("modifier")
    if qualities:  # "the white balance is too warm": the colours are only what the direction is said of
        piece.hits = [hit for hit in piece.hits if not (hit.section == "task" and hit.name == "enhance")]
    _settle_keep(piece)
    _settle_no(heard, piece)
    if _is_other(piece, carried):  # "not the noise, the blur"
        piece.hits = [Hit("modifier", "remove", piece.offset, piece.offset), *piece.hits]
        modifiers, carried, heard.instead = piece.of("modifier"), [], True
    if piece.of("task") and not modifiers and not qualities and not piece.of("verb"):
        piece.hits = [*carried, *piece.hits]
        modifiers = piece.of("modifier")
    asks = bool(piece.of("task") or piece.of("verb") or piece.of("symptom"))
    if (
        qualities
        and not any(hit.name in ("more", "less", "up", "down", "too", "little", "not", "dont", "keep") for hit in modifiers)
        and all(hit.name.split()[0] == "noun" for hit in qualities)
    ):
        piece.hits = [*carried, *piece.hits]
        modifiers = piece.of("modifier")
    place, negative, hand, guess = place_of(piece)
    turns = _turns(piece, qualities, amount, place, index, text)
    heard.excluded_turns += _excluded(piece, qualities)
    tone = tone_of(place)
    if turns and tone and all(turn.name == tone for turn in turns):  # "blocked up shadows"
        place = without(place, tone)
    elif turns and tone and not negative:
        if any(turn.name == "exposure" for turn in turns):
            turns, place = [toned(turn, tone) for turn in turns], without(place, tone)
    elif tone and not turns and not negative and not asks and not qualities:
        of_tone = tone_of_place(piece, tone, amount, index, text) or tone_as_before(heard.turns, piece, tone, index, text)
        if of_tone:
            turns, place = [of_tone], without(place, tone)
    waiting, heard.waiting = heard.waiting, None
    if waiting and turns and all(turn.name in TONES for turn in turns):  # "the shadows and the highlights are too dark"
        turns = [replace(turns[0], name=waiting[0], words=waiting[1]), *turns]
        heard.clauses[-1] = replace(heard.clauses[-1], cut=True, acts=True)
    if tone and not (turns or asks or qualities or negative) and covered and not piece.has("only"):
        heard.waiting = (tone, text.strip())
    if (
        not turns
        and not asks
        and not qualities
        and amount.stops is not None
        and (amount.signed or piece.has("up", "down", "more", "less"))
    ):
        lower = piece.has("down", "less")
        turns = [Turn("exposure", amount.of("exposure", -1 if lower else 1, False), text.strip(), index, False)]
    _unused(heard, piece)
    asks |= _holes(heard, piece, index, text)
    heard.scale = _scale(piece, local, covered) or heard.scale
    if heard.scale is not None:
        heard.unused += _other_scale(heard.text, piece)
    restricted = place is not None or hand
    topic = restricted and covered and not negative and heard.text[piece.end : piece.end + 2].strip() == ":"
    acts = bool(turns or asks or qualities) and not (negative and not asks and not turns)
    if restricted and not acts and (negative or piece.has("only") or topic):
        if place is None and not covered and not piece.has("only", "except"):  # "the skin has to stay soft"
            heard.unused.append(Unused(hand, by_hand(hand, False)))
            heard.clauses.append(Clause(piece.start, piece.end, covered, False, False))
            return []
        limit = replace(place, outside=negative) if place is not None else Region(guess, negative, by_hand=hand)
        if place is not None and hand:
            heard.unused.append(Unused(hand, by_hand(hand, True, negative)))
        heard.limits.append((index, limit))
        heard.clauses.append(Clause(piece.start, piece.end, covered, covered, False))
        return []
    where = None
    if place is not None:
        where = replace(place, outside=negative)
        if hand:  # "the faces on the left"
            heard.unused.append(Unused(hand, by_hand(hand, True, negative)))
    elif hand and (negative or piece.has("only")):
        where = Region(guess, negative, by_hand=hand)
    elif hand and (turns or asks):
        heard.unused.append(Unused(hand, by_hand(hand, False)))
    heard.turns += [replace(turn, region=turn.region or where) for turn in turns]
    named = _named(heard, piece, amount, index, where, text)
    if not named and piece.has("remove") and not (asks or qualities or piece.of("unused") or piece.of("holes")):
        named = [Named(task, text, index, amount.strength, where) for task in heard.pending]  # "the snow .., away with it"
    bound = any(hit.name in ("keep", "dont", "not", "except", "up", "more", "make") for hit in modifiers)
    heard.pending = [hit.name for hit in piece.of("task")] if not named and not bound else []
    if where is not None and named and not any(hit.first >= piece.offset for hit in piece.of("modifier")):
        _same_place(heard, named, index, where)
    heard.named += named
    plain = [turn for turn in turns if turn.name == "exposure" and turn.amount > 0 and turn.plain and where is None]
    cut = bool(turns) and len(plain) < len(turns) and not asks and covered
    if plain and len(plain) == len(turns):
        heard.turns = [turn for turn in heard.turns if turn not in plain]
        heard.named += [Named("lowlight", text, index, amount.strength, where)]
    heard.clauses.append(Clause(piece.start, piece.end, covered, cut, bool(turns) or asks, where))
    if turns:
        return [hit for hit in modifiers if hit.name in ("more", "less", "up", "down", "too", "little")]
    if piece.of("task") or piece.of("holes") or piece.of("unused"):
        return [hit for hit in modifiers if hit.name in ("remove", "less", "down", "too", "keep", "dont", "not")]
    return carried


def _same_place(heard: Heard, named: list[Named], index: int, where: Region) -> None:
    """ "The noise and the grain in the sky": where two words for one thing are listed, the place is said of both."""
    before = [item for item in heard.named if item.clause == index - 1]
    tasks = {item.task for item in named}
    if before and heard.clauses[-1].place is None and all(item.task in tasks for item in before):
        heard.clauses[-1] = replace(heard.clauses[-1], place=where)
        heard.named = [replace(item, region=where) if item in before else item for item in heard.named]


def content(text: str, words: Words) -> list[str]:
    """The words of a text that say something: neither filler nor a modifier or an amount without its object."""
    row = tokens(text)
    idle = {i for hit in words.find(row) if hit.section in ("modifier", "amount", "end") for i in range(hit.first, hit.last + 1)}
    return [t.word for i, t in enumerate(row) if not t.mark and i not in idle and t.word not in words.filler]


def _settle_keep(piece: Piece) -> None:
    """ "Deixe" keeps a thing and makes a quality: with a direction or a remedy behind it, and no damage to keep, it makes."""
    compared = piece.has("more", "less")
    kinds = ("dir", "adj") if compared else ("dir",)
    aims = [hit for hit in piece.hits if hit.section == "verb" or (hit.section == "quality" and hit.name[:3] in kinds)]
    if aims and not piece.of("task") and not piece.of("place"):
        piece.hits = [
            hit for hit in piece.hits if not (hit.section == "modifier" and hit.name == "keep" and hit.last < aims[0].first)
        ]


def _settle_no(heard: Heard, piece: Piece) -> None:
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


def _is_other(piece: Piece, carried: list[Hit]) -> bool:
    """Whether a bare noun follows something that was only denied, without a verb."""
    nouns = bool(piece.of("task")) and not piece.of("modifier") and not piece.of("verb") and not piece.of("quality")
    return nouns and len(carried) == 1 and carried[0].name == "not" and carried[0].first == 0


def replace_places(hit: Hit, offset: int) -> Hit:
    """A hit counted from the first word of its clause."""
    return Hit(hit.section, hit.name, hit.first - offset, hit.last - offset)


# -- qualities ------------------------------------------------------------------------------------------------------------


def _turns(piece: Piece, qualities: list[Hit], amount: amounts.Amount, place: Region | None, index: int, text: str) -> list[Turn]:
    turns: list[Turn] = []
    for number, hit in enumerate(qualities):
        near = _near(piece, qualities, number)
        kind, *names = hit.name.split()
        own = _own_number(piece, qualities, number) if kind == "noun" and len(qualities) > 1 else None
        if kind == "adj" and _is_cast(piece):
            kind = "cast"
        if kind == "dir" and piece.verb_last and any(m.name == "too" and m.last == hit.first - 1 for m in piece.of("modifier")):
            kind = "adj"  # "너무 어둡게 나왔어요": an adverb of state, not a direction
        for name in names:
            sign = -1 if name.endswith("-") else 1
            if own is not None:
                direction, relative = own.signed or 1, False
            elif kind == "adj" and "remove" in near and name[:-1] in COLOURS:
                direction, relative = -sign, False  # "take the yellow out"
            else:
                direction, relative = _direction(kind, sign, near, amount)
            if not direction or any(turn.name == name.rstrip("+-") for turn in turns):
                continue
            adjustment: Adjustment = name.rstrip("+-")  # type: ignore[assignment]
            share = 0.7 if len(names) > 1 else 1.0
            size = (own or amount).of(adjustment, direction, relative) * share
            sure = kind in ("dir", "fault", "cast") or bool(near & {"too", "more", "less", "up", "down", "little", "enough"})
            if sure or (not any(h.name in ("?", *GUESSED) for h in piece.of("place")) and not piece.of("question")):
                said = any(0 < hit.first - m.last <= 2 for m in piece.of("modifier") if m.name == "is")
                turns.append(Turn(adjustment, round(size, 4), text.strip(), index, amount.plain, sure, said=said))
    return [turn for turn in turns if turn.amount]


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


def _excluded(piece: Piece, qualities: list[Hit]) -> list[Adjustment]:
    """Adjustments that a clause forbids ("without more contrast", "keep the saturation")."""
    if not qualities or not piece.has("dont", "keep"):
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


def _is_cast(piece: Piece) -> bool:
    return piece.has("cast")


def _direction(kind: str, sign: int, near: set[str], amount: amounts.Amount) -> tuple[int, bool]:
    """(-1, 0 or 1, whether a ratio is meant) for a quality and the words around it; 0 where no wish can be made out."""
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
            return -sign, False
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
    if "remove" in near and amount.factor != 1.0:
        return -1, False
    if amount.ratio is not None:
        return (1 if amount.ratio > 1 else -1), True
    if amount.share is not None and "make" in near:
        return 1, False
    if "high" in near and near & {"is"}:
        return -1, False
    return 0, False


# -- the rest -------------------------------------------------------------------------------------------------------------


def _unused(heard: Heard, piece: Piece) -> None:
    for hit in piece.of("unused"):
        words = words_of(piece, hit)
        before = piece.words[: hit.first - piece.offset]
        if any(token.word in CAN_NAME_NOTHING for token in before[-4:]):
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


def _holes(heard: Heard, piece: Piece, index: int, text: str) -> bool:
    """Scratches, dust and the like: words that the network for sentences does not know; they are taken out of what it reads. True
    when they are to be filled."""
    wanted = False
    for hit in piece.of("holes"):
        words = words_of(piece, hit)
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


def _other_scale(text: str, piece: Piece) -> list[Unused]:
    """A note where another enlargement was asked for than there is ("3x")."""
    row = piece.words
    for place, token in enumerate(row[:-1]):
        value = amounts.number(token.word)
        if value is not None and row[place + 1].word in amounts.TIMES and value not in (2, 4):
            return [Unused(text[token.start : row[place + 1].end], OTHER_SCALE)]
    return []


def _scale(piece: Piece, local: list[Hit], covered: bool) -> int | None:
    if any(hit.name == "superres" for hit in (*piece.of("verb"), *piece.of("task"))):
        return amounts.enlargement(piece.words, local)
    plain = [hit for hit in piece.hits if hit.section not in ("amount", "modifier", "filler")]
    return (
        amounts.enlargement(piece.words, local)
        if covered and not plain and any(t.word in amounts.TIMES for t in piece.words)
        else None
    )


def _named(heard: Heard, piece: Piece, amount: amounts.Amount, index: int, where: Region | None, text: str) -> list[Named]:
    """Tasks that the words name: wished for, excluded, or asked to be added."""
    found: list[Named] = []
    for hit in piece.hits:
        if hit.section not in ("task", "verb", "symptom", "bare"):
            continue
        before = {m.name for m in piece.of("modifier") if m.last <= hit.first}
        around = {m.name for m in piece.of("modifier")}
        negated = "keep" in around or "dont" in around or "except" in before or ("not" in before and hit.section != "symptom")
        task = hit.name
        if negated:
            heard.excluded.append(task)
            continue
        if hit.section in ("task", "bare"):
            if around & {"remove", "down", "less", "too", "is", "little", "make", "low", "high"} and not around & {"up", "more"}:
                found.append(Named(task, text, index, amount.strength, where))
            elif around & {"up", "more", "make"}:
                if task in ("superres", "enhance", "deblur"):
                    found.append(Named(task, text, index, amount.strength, where))
                else:
                    heard.adding = True
        elif "not" not in around or "enough" in around:
            found.append(Named(task, text, index, amount.strength, where))
    return list({item.task: item for item in found}.values())
