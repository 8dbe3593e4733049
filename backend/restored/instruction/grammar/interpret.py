"""Concepts -> what is wished for: the same rules for every language, since they ask what stands in a clause, and hardly in which
order."""

from dataclasses import replace
from typing import Final

from restored.regions.names import Region

from ..plan import Unused
from . import amounts
from .clauses import TONES, Piece, forbidding, is_covered, pieces_of
from .concepts import Hit, Words
from .denying import forbids, is_contrary, is_denied, is_other
from .directions import COLOURS, excluded, is_certain, of_a_thing, turns_of
from .heard import Clause, Heard, Named, Turn
from .naming import holes, named_by, other_scale, scale_of, taken_out, unused
from .places import as_before, is_only_there, place_of, tone_as_before, tone_of, tone_of_place, toned, without
from .sentences import by_hand
from .settling import (
    is_mere_amount,
    is_taken_back,
    settle_cast,
    settle_colours,
    settle_contrary,
    settle_ends,
    settle_keep,
    settle_look,
    settle_neither,
    settle_no,
    settle_purpose,
    settle_stops,
    settle_tones,
    settle_very,
    settle_well,
)
from .sharing import elsewhere, is_joined, listed_by, of_list, place_before, same_place, share_amount, share_place
from .telling import is_praised_next, is_satisfied, only_praises, settle_praise, settle_told, tells_damage, tells_of_the_day
from .tokens import Token, tokens

WISHES: Final = frozenset(
    {
        "modifier",
        "amount",
        "quality",
        "place",
        "task",
        "bare",
        "symptom",
        "verb",
        "unused",
        "holes",
        "off",
        "question",
        "end",
        "scene",
    }
)
"""Sections that wishes are made of; the others are said of results."""

HEARD: Final = WISHES | {"follow", "result", "remedy"}
"""Sections whose words need no further reading."""


_DOING: Final = frozenset({"remove", "make", "up", "down", "more", "less"})


def _apart(row: list[Token], hits: list[Hit]) -> list[Token]:
    """With a mark before what leaves a place out behind a wish for another place ("brighten the shadows but not the sky"), or
    behind any that is not said of it ("denoise without touching the sky"): each is a clause."""
    places = [hit for hit in hits if hit.section == "place"]
    acts = [hit for hit in hits if hit.section in ("task", "verb", "quality", "symptom") or hit.name in _DOING]
    for hit in reversed(hits):
        if hit.section != "modifier" or hit.name not in ("except", "keep", "dont") or not hit.first:
            continue
        begin = max((at for at, token in enumerate(row[: hit.first]) if token.mark), default=-1)
        end = next((at for at, token in enumerate(row) if token.mark and at > hit.first), len(row))
        left = next((place for place in places if hit.last < place.first < end), None)
        before = places if hit.name == "except" else acts
        if not any(begin < other.first < hit.first for other in before) or (left is None and hit.name != "except"):
            continue
        if hit.name == "except" or not any(hit.last < act.first < end for act in acts):
            at = row[hit.first].start
            row = [*row[: hit.first], Token(",", at, at), *row[hit.first :]]
    return row


def hear(text: str, words: Words, known: frozenset[str] | None = None) -> Heard:
    """What a sentence of one language says, as far as its table goes. known: words of the language at large, for typos."""
    row = _joined(words.repaired(tokens(text), known))
    hits = words.find(row, WISHES)
    apart = _apart(row, hits)
    if len(apart) > len(row):
        row, hits = apart, words.find(apart, WISHES)
    hits = forbidding(hits)
    heard = Heard(text, concepts=frozenset((hit.section, hit.name) for hit in hits))
    used = words.used(row, HEARD)
    pieces = pieces_of(row, hits, words)
    content = [t for i, t in enumerate(row) if not t.mark and not (t.word in words.filler and i not in used)]
    look = _stands_alone(heard, hits, [t for t in content if t.word not in words.filler], row)
    if tells_damage(pieces, used, words):
        settle_told(pieces)
    carried: list[Hit] = []
    told: set[int] = set()
    for index, piece in enumerate(pieces):
        if len(pieces) > 1 and _is_look(piece):  # "black and white, with more contrast"
            heard.turns.append(Turn("black_and_white", 1.0, heard.text[piece.start : piece.end], index))
            heard.clauses.append(Clause(piece.start, piece.end, True, True, True))
            continue
        told_before = index > 0 and index - 1 in told
        next_ = pieces[index + 1] if index + 1 < len(pieces) else None
        if only_praises(piece) or is_satisfied(piece) or is_praised_next(piece, next_):
            heard.clauses.append(Clause(piece.start, piece.end, True, True, False, bars=True))
            continue
        if tells_of_the_day(piece, told_before):
            told.add(index)
            heard.pending = [hit.name for hit in piece.of_any("task", "symptom")]
            heard.clauses.append(Clause(piece.start, piece.end, True, True, False, bars=True))
            continue
        covered = is_covered(piece, used, words)
        carried = _clause(heard, piece, index, covered, carried)
    if look:
        heard.clauses = [replace(clause, covered=True, cut=True, acts=True) for clause in heard.clauses]
    return heard


def _joined(row: list[Token]) -> list[Token]:
    """Without the colon between a name and its number ("contrast: 20")."""

    def joins(i: int) -> bool:
        before, behind = row[i - 1 : i], row[i + 1 : i + 2]
        numbers = [amounts.number(token.word) is not None for token in (*before, *behind)]
        return row[i].word == ":" and numbers == [False, True] and not before[0].mark

    return [token for i, token in enumerate(row) if not joins(i)]


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
    idle = sum(token.word in piece.table.please for token in piece.words)
    return any(h.name.startswith("bare ") and h.last - h.first + 1 == len(piece.words) - idle for h in piece.of("quality"))


def _clause(heard: Heard, piece: Piece, index: int, covered: bool, carried: list[Hit]) -> list[Hit]:
    """Read one clause into `heard`; gives the modifiers that the next one may take over ("more contrast and saturation")."""
    text = heard.text[piece.start : piece.end]
    wishes = [hit for hit in piece.hits if hit.section in ("quality", "verb", "task", "symptom")]
    off = piece.of("off")
    heard.trap |= any(hit.name == "sure" for hit in off) or (
        covered and bool(off) and (bool(wishes) or piece.has("up", "down", "remove", "more", "less", "make"))
    )
    praised = settle_praise(piece)
    settle_very(piece)
    settle_tones(piece)
    settle_cast(piece)
    settle_stops(piece)
    settle_ends(piece)
    settle_neither(piece)
    settle_well(piece)
    settle_contrary(piece, carried)
    settle_purpose(piece)
    _of_a_kind(heard, piece)
    local = [replace_places(hit, piece.offset) for hit in piece.of("amount")]
    amount = amounts.read(piece.words, local)
    near = [replace_places(hit, piece.offset) for hit in piece.hits]
    measured = None if piece.of("quality") else amounts.of_task(piece.words, near, piece.table.filler)
    if measured is not None:
        amount = measured
        heard.measured |= {hit.name: measured.strength or 1.0 for hit in piece.of_any("task", "verb")}
    settle_look(piece)
    qualities = [hit for hit in piece.of("quality") if not hit.name.startswith("bare ")]
    modifiers = piece.of("modifier")
    if qualities:  # "the white balance is too warm": the colours are only what the direction is said of
        piece.hits = [hit for hit in piece.hits if not (hit.section == "task" and hit.name == "enhance")]
    settle_colours(piece)
    qualities = [hit for hit in piece.of("quality") if not hit.name.startswith("bare ")]
    settle_keep(piece)
    settle_no(heard, piece)
    if is_contrary(piece, carried):  # "the rain doesn't bother me, the snow does"
        carried = [Hit("modifier", "remove", piece.offset, piece.offset)]
    if is_other(piece, carried):  # "not the noise, the blur"
        piece.hits = [Hit("modifier", "remove", piece.offset, piece.offset), *piece.hits]
        modifiers, carried, heard.instead = piece.of("modifier"), [], True
    if piece.of("task") and not modifiers and not qualities and not piece.of("verb"):
        piece.hits = [*carried, *piece.hits]
        modifiers = piece.of("modifier")
    asks = bool(piece.of("task") or piece.of("verb") or piece.of("symptom"))
    if (
        qualities
        and (
            (amount.plain and amounts.bare(piece.words, piece.hits) is None)
            or (not (amount.signed or modifiers) and is_joined(heard, piece))
        )
        and not any(
            hit.name in ("more", "less", "up", "down", "too", "little", "low", "high", "not", "dont", "keep") for hit in modifiers
        )
        and all(hit.name.split()[0] == "noun" for hit in qualities)
    ):
        piece.hits = [*carried, *piece.hits]
        modifiers = piece.of("modifier")
    place, negative, hand, guess = place_of(piece)
    if place is None and not hand and piece.has("elsewhere"):
        place, negative = elsewhere(heard)
    turns = turns_of(piece, qualities, amount, place, index, text)
    if [turn.name for turn in turns] == ["black_and_white"] and not piece.has("only", "except", "everywhere", "not"):
        place, hand = None, ""  # "elephant skin in black and white": what it shows, not where
    lit = bool(turns) and all(turn.name == "exposure" for turn in turns)
    if place is not None and place.places == ("contours",) and (lit or (piece.of("holes") and not turns)):
        place = replace(place, places=("border",))  # "darken the edges"
    heard.excluded_turns += excluded(piece, qualities)
    tone = tone_of(place)
    if not turns and (place is not None or hand) and (again := as_before(heard.turns, piece, tone, carried, index, text)):
        turns, tone = [again], None
    if turns and tone and all(turn.name == tone for turn in turns):  # "blocked up shadows"
        place = without(place, tone)
    elif turns and tone and not negative:
        if any(turn.name == "exposure" for turn in turns):
            turns, place = [toned(turn, tone) for turn in turns], without(place, tone)
    elif tone and not turns and not negative and not asks and not qualities:
        of_tone = tone_of_place(piece, tone, (amount.plain and amounts.bare(piece.words, piece.hits)) or amount, index, text)
        if of_tone is None and covered:  # an unknown verb may turn it the other way
            of_tone = tone_as_before(heard.turns, piece, tone, index, text)
        if of_tone:
            turns, place = [of_tone], without(place, tone)
    listed, heard.listed = heard.listed, []
    if listed and len(turns) == 1 and qualities and all(hit.name.startswith("noun ") for hit in qualities):
        turns = [*(of_list(turns[0], name) for name in listed), *turns]
        heard.clauses[-1] = replace(heard.clauses[-1], cut=True, acts=True)
    if not turns and covered:
        heard.listed = listed_by(piece, qualities, amount)
    if turns and not (amount.plain and amount.factor == 1.0):
        share_amount(heard, piece, index, amount)
    waiting, heard.waiting = heard.waiting, None
    if (
        waiting and turns and all(turn.name in (*TONES, "whites", "blacks") for turn in turns)
    ):  # "the shadows and the highlights are too dark"
        turns = [replace(turns[0], name=waiting[0], words=waiting[1]), *turns]
        heard.clauses[-1] = replace(heard.clauses[-1], cut=True, acts=True)
    if tone and not (turns or asks or qualities or negative) and covered and not piece.has("only"):
        heard.waiting = (tone, text.strip())
    if (
        not turns
        and not asks
        and not qualities
        and amount.stops is not None
        and (amount.signed or piece.has("up", "down", "more", "less") or is_mere_amount(piece))
    ):
        lower = piece.has("down", "less") or is_taken_back(piece)
        turns = [Turn("exposure", amount.of("exposure", -1 if lower else 1, False), text.strip(), index, False)]
    unused(heard, piece)
    taken_out(heard, piece)
    asks |= holes(heard, piece, index, text, covered)
    heard.scale = scale_of(piece, local, covered) or heard.scale
    if heard.scale is not None:
        heard.unused += other_scale(heard.text, piece)
    restricted = place is not None or hand
    topic = restricted and covered and not negative and heard.text[piece.end : piece.end + 2].strip() == ":"
    acts = bool(turns or asks or qualities) and not (negative and not asks and not turns)
    if restricted and not acts and (negative or topic or (piece.has("only") and (covered or is_only_there(piece)))):
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
    elif hand and (negative or piece.has("only") or _is_of_place(piece)):
        where = Region(guess, negative, by_hand=hand)
    elif hand and (turns or asks):
        if not any(token.word in piece.table.pictures for token in piece.words):  # "this shot of the harbour"
            turns = [of_a_thing(turn) for turn in turns]
        heard.unused.append(Unused(hand, by_hand(hand, False)))
    if where is None and turns:
        where = place_before(heard, piece, turns)
    heard.turns += [replace(turn, region=turn.region or where) for turn in turns]
    before = len(heard.excluded)
    named = named_by(heard, piece, amount, index, where, text)
    if not named and piece.has("remove") and not (asks or qualities or piece.of("unused") or piece.of("holes")):
        named = [Named(task, text, index, amount.strength, where) for task in heard.pending]  # "the snow .., away with it"
    bound = any(hit.name in ("keep", "dont", "not", "except", "up", "more", "make") for hit in modifiers)
    heard.pending = [hit.name for hit in piece.of("task")] if not named and not bound else []
    if where is not None and named and not any(hit.first >= piece.offset for hit in piece.of("modifier")):
        same_place(heard, named, index, where)
    if where is not None and not negative and (named or turns):
        share_place(heard, piece, index, where)
    heard.named += named
    plain = [turn for turn in turns if turn.name == "exposure" and turn.amount > 0 and turn.plain and where is None]
    cut = bool(turns) and len(plain) < len(turns) and not asks and covered and is_certain(piece, turns)
    turned = any(hit.name.startswith("dir ") for hit in qualities) or any(piece.word(hit) == "make" for hit in modifiers)
    kept_as_it_is = piece.has("dont") and turned and bool(excluded(piece, qualities)) and not piece.of_any("task", "symptom")
    bars = (covered or praised) and not turns and not named and (kept_as_it_is or forbids(piece) or is_denied(heard, piece))
    if bars:
        heard.barred += [task for task in heard.excluded[before:] if task not in heard.barred]
    if plain and len(plain) == len(turns):
        heard.turns = [turn for turn in heard.turns if turn not in plain]
        heard.named += [Named("lowlight", text, index, amount.strength, where)]
    cut |= kept_as_it_is and bars and len(heard.clauses) > 0  # "but don't oversaturate": the colours before it are wished for
    told = piece.has("is", "too", "little", "enough") or (piece.has("cast") and not piece.has("make", "remove", "up", "more"))
    acts = bool(turns) or asks or bool(named)
    heard.clauses.append(Clause(piece.start, piece.end, covered, cut, acts, where, told, bars))
    if turns and not qualities and place is None:
        return []  # "a third of a stop down plus a touch of warmth"
    if turns:
        comparing = piece.table.find(piece.words, frozenset({"modifier"}))  # those inside of "less warm", too
        return [hit for hit in comparing if hit.name in ("more", "less", "up", "down", "too", "little")]
    if piece.of_any("task", "holes", "unused") or (qualities and piece.has("keep")):
        return [hit for hit in modifiers if hit.name in ("remove", "less", "down", "too", "keep", "dont", "not")]
    alone = [hit for hit in modifiers if hit.name in ("more", "less", "too", "little", "remove")]
    return alone if alone and len(alone) == len(piece.hits) else carried  # "lacks punch and contrast"


def _is_of_place(piece: Piece) -> bool:
    """ "Brighten the dog": a direction whose object is a place is for that place alone; a complaint of it ("her dress is too
    dark"), or a reason ("brighter, for my grandmother"), may be one of the whole."""
    place = piece.of("place")[0]
    if piece.word(place) in piece.table.grounds and _is_of_light(piece):
        return True
    if any(hit.name.startswith("fault") for hit in piece.of("quality")):
        return False  # "the bathroom light turned him orange"
    aims = [
        hit for hit in (*piece.of("quality"), *piece.of("verb")) if not hit.name.startswith("fault") and hit.name != "superres"
    ]
    nearest = min(aims, key=lambda hit: abs(hit.first - place.first), default=None)
    if nearest is None or piece.has("is", "too", "enough", "little", "not"):
        return False
    between = {token.word for token in piece.between(nearest, place)}
    return nearest.name.startswith("noun") or not between & piece.table.beside  # "more saturation for the grass"


def _is_of_light(piece: Piece) -> bool:
    """Whether all that a clause turns is light or strength; a colour cast is one of the whole picture."""
    turned = {name[:-1] for hit in piece.of("quality") for name in hit.name.split()[1:]}
    return bool(turned) and not turned & COLOURS and not piece.of_any("task", "symptom")


def _of_a_kind(heard: Heard, piece: Piece) -> None:
    """ "A snow scene that is too dark": the snow belongs to the kind of picture, and is left out of what else reads it."""
    for hit in piece.of("scene"):
        if hit.name == "compound" and piece.of_any("task", "symptom", "quality", "verb"):
            row = piece.words[hit.first - piece.offset : hit.last - piece.offset + 1]
            heard.dropped.append((row[0].start, row[-1].end))


def content(text: str, words: Words) -> list[str]:
    """The words of a text that say something: neither filler nor a modifier or an amount without its object."""
    row = tokens(text)
    idle = {i for hit in words.find(row) if hit.section in ("modifier", "amount", "end") for i in range(hit.first, hit.last + 1)}
    return [t.word for i, t in enumerate(row) if not t.mark and i not in idle and t.word not in words.filler]


def amount_in(text: str, words: Words) -> amounts.Amount:
    """The amount that a stretch of text names."""
    row = tokens(text)
    return amounts.read(row, [hit for hit in words.find(row) if hit.section == "amount"])


def replace_places(hit: Hit, offset: int) -> Hit:
    """A hit counted from the first word of its clause."""
    return Hit(hit.section, hit.name, hit.first - offset, hit.last - offset)
