"""What is said of a result: undo, again, why, more, less, not this, also that. Which steps of the plan are meant is for
`following` to say; here is only how the sentence is built."""

from dataclasses import replace
from typing import Final

from restored.regions.names import GUESSED, PLACES, Place, Region

from .concepts import Hit, Words
from .interpret import WISHES, hear
from .said import REFUSALS, Said, SaidClause, Way
from .tokens import Token, joined, tokens


def said_of_result(text: str, words: Words) -> Said:
    """What a sentence says of the plan that stands; nothing (false) where it is a wish of its own."""
    clause = SaidClause(text, words)
    for reading in (
        _missed,
        _everywhere,
        _action,
        _complaint,
        _praised,
        _given_back,
        _more_there,
        _all_of_it,
        _taken_back,
        _place,
        _treatment,
        _noun_and_degree,
        _verb_and_degree,
        _added,
    ):
        said = reading(clause)
        if said:
            return said
    return Said()


def said_in_parts(text: str, words: Words) -> list[tuple[str, Said]]:
    """The clauses of a sentence that has several, each with what it says of the plan. Those that say nothing at all are left
    out, and nouns that "and" binds to what is said before them stay there ("leave the rain and the fog")."""
    row = words.repaired(tokens(text), None)
    borders = [hit for hit in words.find(row, WISHES) if (hit.section, hit.name) == ("end", "border")]
    joins = {i for hit in words.find(row, frozenset({"follow"})) if hit.name == "also" for i in range(hit.first, hit.last + 1)}
    cuts = sorted({i for i, token in enumerate(row) if token.mark} | {i for h in borders for i in range(h.first, h.last + 1)})
    spans: list[tuple[int, int]] = []
    begin = 0
    for cut in [*cuts, len(row)]:
        if cut > begin:
            spans.append((begin, cut))
        begin = cut + 1
    index = len(spans) - 1
    while index > 0:
        (first, end), (start, last) = spans[index - 1], spans[index]
        joined = any(i in joins for i in range(end, last))
        if joined and _only_names(row[start:last], words):
            spans[index - 1 : index + 1] = [(first, last)]
        index -= 1
    parts = [text[row[start].start : row[end - 1].end] for start, end in spans]
    said = [(part, said_of_result(part, words)) for part in parts]
    return [(part, reading) for part, reading in said if reading or SaidClause(part, words).rest()]


def limits(text: str, words: Words) -> bool:
    """Whether a text has a word such as "only"."""
    return bool(SaidClause(text, words).modifiers("only"))


def names_in(text: str, words: Words) -> tuple[str, ...]:
    """The tasks and adjustments whose nouns a text has."""
    return _names(SaidClause(text, words))


def names_only(text: str, words: Words) -> tuple[str, ...]:
    """The tasks that a text names when it has nothing but their names ("the rain")."""
    clause = SaidClause(text, words)
    return _names(clause) if _only_names(clause.row, words) else ()


def _only_names(row: list[Token], words: Words) -> bool:
    hits = words.find(row, frozenset({"task", "quality", "modifier", "verb"}))
    nouns = [hit for hit in hits if hit.section == "task" or hit.name.startswith("noun")]
    used = {i for hit in nouns for i in range(hit.first, hit.last + 1)}
    idle = words.filler | REFUSALS
    return bool(nouns) and all(i in used or token.mark or token.word in idle for i, token in enumerate(row))


# -- the ways of saying it ------------------------------------------------------------------------------------------------


def _action(clause: SaidClause) -> Said:
    hits = clause.hits("follow", "amount")
    if clause.rest(*hits):
        return Said()
    names = {hit.name for hit in hits}
    moved = bool(names & {"weaker", "stronger"})
    for action in ("reset", "undo", "why", "again"):
        if action in names and not (action == "undo" and moved):  # "stronger in the back"
            return Said(action=action)  # type: ignore[arg-type]
    return Said(praise="praise" in names and not moved and not _names(clause))


def _everywhere(clause: SaidClause) -> Said:
    """ "Everywhere, please": of a result that was limited."""
    hits = clause.modifiers("everywhere")
    return Said(everywhere=bool(hits) and not clause.hits("place", "follow") and not clause.rest(*hits))


def _missed(clause: SaidClause) -> Said:
    """ "I liked the blue hour mood better": what was done went too far away from it."""
    moods = clause.words.find(tokens(clause.text), frozenset({"mood"}))
    ways = tuple(dict.fromkeys(way for hit in moods if hit.name != "liked" for way in hit.name.split()))
    if not any(hit.name == "liked" for hit in moods) or any(token.mark for token in clause.row):
        return Said()
    return Said(missed=ways)


def _complaint(clause: SaidClause) -> Said:
    """ "The skin looks like plastic", "too sharp": a treatment went too far, or not far enough."""
    if clause.heard.turns:
        return Said()
    result = clause.hits("result")
    if result:
        way, *tasks = result[0].name.split()
        return Said(factor=clause.factor(way), targets=tuple(tasks))  # type: ignore[arg-type]
    goals = clause.hits("goal")
    enough = clause.modifiers("enough", "little")
    if goals and not enough and (clause.modifiers("too", "less") or _not_so(clause)):
        return Said(factor=clause.factor("weaker"), targets=tuple(goals[0].name.split()))
    return Said()


def _not_so(clause: SaidClause) -> bool:
    return any(hit.name == "not" for hit in clause.hits("modifier"))


def _all_of_it(clause: SaidClause) -> Said:
    """More or less of everything."""
    hits = clause.hits("follow", "amount", "degree", "modifier")
    used = [hit for hit in hits if hit.section in ("amount", "degree") or hit.name in ("weaker", "stronger", "praise", "also")]
    turning = [hit for hit in hits if hit.section == "modifier" and hit.name in _TURNING]
    if clause.rest(*used, *turning) or clause.hits("place") or clause.heard.turns:
        return Said()
    way = _way(hits)
    return Said(factor=clause.factor(way)) if way else Said()


def _more_there(clause: SaidClause) -> Said:
    """ "Stronger in the sky", "less on the left": more or less of everything, in one place."""
    places = clause.hits("place")
    hits = clause.hits("follow", "amount", "degree", "modifier")
    names = {hit.name for hit in hits if hit.section == "follow"}
    if not places or clause.modifiers("only") or {"weaker", "stronger"} <= names:
        return Said()
    if clause.heard.turns and not any(token.word in _IN for token in clause.row):  # "less shadows"
        return Said()
    used = [hit for hit in hits if hit.section in ("amount", "degree") or hit.name in ("weaker", "stronger", "also", "except")]
    turning = [hit for hit in hits if hit.section == "modifier" and hit.name in _TURNING]
    way = _way([hit for hit in hits if hit not in places])
    said = way and any(hit.name in ("weaker", "stronger", "more", "less", "up", "down", "too") for hit in hits)
    if not way or not said or clause.rest(*used, *turning, *places):
        return Said()
    return Said(factor=clause.factor(way), where=_region(clause, places))


_IN: Final = frozenset(
    {"in", "inside", "im", "den", "dans", "en", "nei", "nelle", "nas", "nos", "w", "we", "v", "ve", "в", "во", "у", "i"}
)
"""What stands before a tone that is a place ("less in the shadows")."""


def _region(clause: SaidClause, hits: list[Hit]) -> Region:
    outside = bool(clause.modifiers("except"))
    names = {name for hit in hits for name in hit.name.split()}
    known: tuple[Place, ...] = tuple(place for place in PLACES if place in names and place not in GUESSED)
    if known:
        return Region(known, outside, both=any(len(hit.name.split()) > 1 for hit in hits))
    found = clause.row[hits[0].first : hits[0].last + 1]
    return Region(by_hand=joined([token for token in found if token.word != "the"]), outside=outside)


_TURNING: Final = ("too", "more", "less", "up", "down", "not", "enough", "little", "everywhere", "high", "low")


def _way(hits: list[Hit]) -> Way | None:
    names = {hit.name for hit in hits if hit.section == "modifier"}
    degrees = {hit.name for hit in hits if hit.section == "degree"}
    said = [hit.name for hit in hits if hit.section == "follow" and hit.name in ("weaker", "stronger")]
    if degrees:
        strong = "strong" in degrees
        if "not" in names and "enough" in names:
            return "stronger" if strong else "weaker"
        if names & {"too", "less", "not", "down"}:
            return "weaker" if strong else "stronger"
        if names & {"more", "up"}:
            return "stronger" if strong else "weaker"
        if "is" in names and strong:
            return "weaker"
        half = any(hit.section == "amount" and hit.name == "half" for hit in hits)
        twice = any(hit.section == "amount" and hit.name in ("twice", "triple") for hit in hits)
        if half or twice:
            return "weaker" if half == strong else "stronger"
    if said:
        return said[0]  # type: ignore[return-value]
    if degrees:
        return None
    if "down" in names or ("less" in names):
        return "weaker"
    if names & {"up", "more"} or "little" in names or {"not", "enough"} <= names:
        return "stronger"
    return None


def _taken_back(clause: SaidClause) -> Said:
    """ "Not the colours", "leave the noise in", "without the warmth", "drop the sharpening"."""
    hits = clause.hits("modifier")
    if any(hit.name in ("enough", "too", "little") for hit in hits) or _compared(clause):
        return Said()
    if clause.modifiers("except") and clause.hits("place"):  # "the contrast everywhere except the face"
        return Said()
    plain = [hit for hit in hits if hit.name in ("not", "dont", "keep", "except")]
    dropped = [hit for hit in clause.hits("follow") if hit.name == "drop"]
    named = _names(clause)
    if (plain or dropped) and named and not clause.heard.named and (dropped or not clause.heard.turns):
        return Said(drops=named, surely=bool(plain))
    refusals = [hit for hit in plain if hit.name in ("not", "dont")] + dropped
    if refusals and not any(hit.name in ("keep", "only") for hit in hits) and not clause.hits("place"):
        core = clause.without(*refusals)
        return Said(core=core, drop=True) if core else Said()
    return Said()


def _praised(clause: SaidClause) -> Said:
    """ "The contrast is perfect": what was done is liked. A damage that is liked ("the grain was nice") is another matter."""
    praises = clause.hits("follow", "modifier")
    liked = {i for hit in praises if hit.name == "praise" for i in range(hit.first, hit.last + 1)}
    others = [
        hit for hit in praises if hit.name not in ("praise", "is", "also") and not liked & {*range(hit.first, hit.last + 1)}
    ]
    past = any(token.word in clause.words.past for token in clause.row)  # "the brightness was fine before"
    done = clause.hits("remedy") or set(_names(clause)) - _DAMAGES
    return Said(praise=bool(liked and done and not others and not past and not clause.heard.turns))


def _given_back(clause: SaidClause) -> Said:
    """ "Give me the haze back", "bring the colour back": what the plan took out of the picture."""
    back = [hit for hit in clause.hits("follow") if hit.name == "return"]
    named = [_TAKEN[hit.name] for hit in clause.hits("task") if hit.name in _TAKEN] if back else []
    return Said(drops=tuple(dict.fromkeys(named)), surely="black_and_white" not in named) if named else Said()


_DAMAGES: Final = frozenset({"denoise", "derain", "dehaze", "desnow"})

_TAKEN: Final = {
    **{task: task for task in _DAMAGES},
    "enhance": "black_and_white",
}
"""What a word names that can be given back, and the step that took it away."""


def _noun_and_degree(clause: SaidClause) -> Said:
    """ "The contrast is brutal", "the contrast could go further": of one adjustment of the plan."""
    nouns = [hit for hit in clause.hits("quality") if hit.name.startswith("noun")]
    degrees = clause.hits("degree", "follow", "amount")
    if not nouns or clause.heard.turns or clause.rest(*nouns, *degrees, *clause.modifiers(*_TURNING)):
        return Said()
    way = _way(clause.hits("modifier", "degree", "follow"))
    return Said(factor=clause.factor(way), targets=_names(clause), surely=False) if way else Said()


def _compared(clause: SaidClause) -> bool:
    """ "Not so warm", "not as bright": less of it."""
    return any(hit.name == "less" for hit in clause.hits("modifier"))


def _place(clause: SaidClause) -> Said:
    if clause.heard.limits and not clause.heard.turns and not clause.heard.named:
        return Said(limit=replace(clause.heard.limits[0][1]), targets=_names(clause))
    nouns = [hit for hit in clause.hits("quality", "remedy") if hit.section == "remedy" or hit.name.startswith("noun")]
    if nouns and clause.modifiers("only", "except"):  # "the saturation only in the sky"
        limits = hear(clause.without(*nouns), clause.words).limits
        rest = clause.rest(*nouns, *clause.hits("place"), *clause.modifiers("only", "except", "everywhere"))
        if limits and not rest:
            return Said(limit=limits[0][1], targets=_names(clause))
    return Said()


def _treatment(clause: SaidClause) -> Said:
    """ "Less noise reduction", "the sharpening is too strong"."""
    remedies = clause.hits("remedy")
    if not remedies:
        return Said()
    way = _way(clause.hits("modifier", "degree", "follow"))
    targets = tuple(dict.fromkeys(task for hit in remedies for task in hit.name.split()))
    return Said(factor=clause.factor(way), targets=targets) if way else Said()


def _verb_and_degree(clause: SaidClause) -> Said:
    """ "Darken the sky less", "sharpen only half as much": a wish, and behind it how much of it."""
    places = {i for hit in clause.hits("place") for i in range(hit.first, hit.last + 1)}
    ends = [hit for hit in clause.hits("follow", "amount") if hit.name in ("weaker", "stronger", "half", "twice")]
    ends = [hit for hit in ends if hit.last not in places]
    if not ends:
        return Said()
    degree = max(ends, key=lambda hit: hit.last)
    acts = [h for h in clause.hits("verb", "task", "quality", "modifier", "remedy") if h.last < degree.first and _acts(h)]
    behind = [token for token in clause.row[degree.last + 1 :] if not token.mark and token.word not in clause.words.filler]
    if not acts or behind:
        return Said()
    way: Way = "weaker" if degree.name in ("weaker", "half") else "stronger"
    amount = [hit for hit in clause.hits("amount", "modifier") if hit.section == "amount" or hit.name == "only"]
    return Said(factor=clause.factor(way), core=clause.without(degree, *amount))


def _acts(hit: Hit) -> bool:
    if hit.section == "modifier":
        return hit.name in ("up", "down", "remove")
    return hit.section != "quality" or hit.name.startswith("dir ")


def _added(clause: SaidClause) -> Said:
    also = any(hit.name == "also" for hit in clause.hits("follow"))
    named = _names(clause)
    if also and named and not clause.heard.turns and not clause.heard.named:
        return Said(adds=named)
    return Said()


def _names(clause: SaidClause) -> tuple[str, ...]:
    """Tasks and adjustments whose nouns are in the text."""
    found = [hit.name for hit in clause.hits("task", "verb")]
    for hit in clause.hits("quality"):
        kind, *names = hit.name.split()
        if kind == "noun":
            found += [name.rstrip("+-") for name in names]
    for hit in clause.hits("remedy"):
        found += hit.name.split()
    return tuple(dict.fromkeys(found))
