"""What is said of a result: undo, again, why, more, less, not this, also that."""

from dataclasses import dataclass, replace
from typing import Final

from restored.regions.names import Region

from ..plan import Action
from . import amounts
from .concepts import Hit, Words, tokens
from .heard import Heard
from .interpret import hear

IDLE: Final = frozenset({"modifier"})
WEAKER: Final = {"tiny": 0.9, "bit": 0.8, "much": 0.35, "extreme": 0.2, "half": 0.5}
STRONGER: Final = {"tiny": 1.1, "bit": 1.2, "much": 2.0, "extreme": 3.0, "half": 1.5, "twice": 2.0, "triple": 3.0}


@dataclass(frozen=True, slots=True)
class Said:
    """action: a word for the whole; factor: of all steps, or of `tasks`; drops, adds: tasks and adjustments; limit: a place."""

    action: Action = ""
    factor: float | None = None
    tasks: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    limit: Region | None = None


def said_of_result(text: str, words: Words) -> Said:
    """What a sentence says of the plan that stands; nothing where it is a wish of its own."""
    row = words.repaired(tokens(text), None)
    follow = words.find(row, frozenset({"follow"})) + words.find(row, frozenset({"amount"}))
    said = [hit for hit in follow if hit.section == "follow"]
    names = {hit.name for hit in said}
    rest = _rest(row, follow, words)
    heard = hear(text, words)
    named = tuple(dict.fromkeys(_named(text, words)))
    for action in ("reset", "undo", "why", "again"):
        if action in names and not rest:
            return Said(action=action)  # type: ignore[arg-type]
    for name in ("weaker", "stronger"):
        if name in names and not rest:
            return Said(factor=_factor(row, follow, name))
    result = words.find(row, frozenset({"result"}))
    if result and not heard.turns:
        kind, *tasks = result[0].name.split()
        return Said(factor=_factor(row, follow, kind), tasks=tuple(tasks))
    negated = [hit for hit in words.find(row) if hit.section == "modifier" and hit.name in ("not", "dont", "keep", "except")]
    if negated and named and not heard.turns and not _wishes(heard):
        return Said(drops=named)
    if heard.limits and not heard.turns and not _wishes(heard):
        return Said(limit=replace(heard.limits[0][1]))
    less = [hit for hit in words.find(row) if hit.section == "modifier" and hit.name in ("less", "down")]
    remedies = tuple(hit.name for hit in words.find(row, frozenset({"remedy"})))
    if remedies:
        return Said(factor=_factor(row, follow, "weaker" if less or "weaker" in names else "stronger"), tasks=remedies)
    if "also" in names and named and not heard.turns and not _wishes(heard):
        return Said(adds=tuple(name for name in named))
    return Said()


def _wishes(heard: Heard) -> bool:
    return bool(heard.named)


def _named(text: str, words: Words) -> list[str]:
    """Tasks and adjustments whose nouns are in the text."""
    row = words.repaired(tokens(text), None)
    found = [hit.name for hit in words.find(row, frozenset({"task", "verb"}))]
    for hit in words.find(row, frozenset({"quality"})):
        kind, *names = hit.name.split()
        if kind == "noun":
            found += [name.rstrip("+-") for name in names]
    return found


def _rest(row: list, follow: list[Hit], words: Words) -> list[str]:
    used = {i for hit in follow for i in range(hit.first, hit.last + 1)}
    used |= {i for hit in words.find(row, IDLE) if hit.name in ("is", "make") for i in range(hit.first, hit.last + 1)}
    idle = words.filler | {"no", "nein", "non", "nee", "nie", "нет", "ні", "ne", "nej", "hayir"}
    return [
        token.word
        for i, token in enumerate(row)
        if not token.mark and i not in used and token.word not in idle and amounts.number(token.word) is None
    ]


def _factor(row: list, follow: list[Hit], name: str) -> float:
    local = [hit for hit in follow if hit.section == "amount"]
    amount = amounts.read(row, local)
    table = WEAKER if name == "weaker" else STRONGER
    if amount.share is not None:
        return round(max(0.0, 1 - amount.share) if name == "weaker" else 1 + amount.share, 4)
    phrases = {hit.name for hit in local}
    for word in ("tiny", "bit", "half", "extreme", "twice", "triple", "much"):
        if word in phrases and word in table:
            return table[word]
    return 0.6 if name == "weaker" else 1.4
