"""English: what the grammar and the head heard is weighed against what the adapted encoder makes of the sentence."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from . import adapted
from .grammar import Heard, Turn, Words, tokens
from .head_reading import SLIGHT, HeadReading
from .plan import Step
from .pointing import as_before, limited, point
from .second_opinion import (
    ALIKE,
    CLEARLY,
    ONE_OF,
    SURE,
    SURER,
    UNSURE,
    add,
    is_alike,
    is_refused,
    named_better,
    not_excluded,
    says_how_much,
    signed,
    sized,
    strength_of,
    takes_away,
)
from .tasks import TASKS, Task
from .tones import SIGNED
from .wish_classes import WISHES

WANTED: Final = 0.5
"""A wish counts from here on: the encoder's probability, and what was heard, weighed."""

UNHEARD: Final = 0.7
"""What the encoder's probability counts for by itself, where nothing like it was heard."""

HEARD: Final = 0.3
"""Weight of what the head heard; the encoder has the rest."""

KNOWN: Final = 0.48
"""The same in a clause of which a table knows every word."""

LIT: Final = 0.5
"""The same of "lighten it", which the encoder may take for a brighter exposure: it stays what it is by itself."""

LEFT: Final = 0.2
"""Less than this may be left to the program's light where it is exposure."""

HINTED: Final = 0.02
"""What a clause says by itself counts where a table knows every word of it, or the whole sentence says at least so much of it."""

CERTAIN: Final = 0.9
"""From here on the encoder is believed where the head took the same for something that must stay, or where something is to be
lighter here and darker there."""

DENIED: Final = 0.3
"""But not where it, too, hears a denial with this probability."""

IS_TALK: Final = 0.5
"""From here on a sentence is no wish, so that no half of one is looked for in it."""

HUES: Final = frozenset({"temperature+", "temperature-", "tint+", "tint-", "saturation+", "saturation-"})

COLOURS: Final = frozenset({"temperature", "tint", "saturation", "vibrance"})
"""One word of colour may be near several of them ("greener")."""

NOT_A_CAST: Final = frozenset({"black_and_white+", "saturation-", "saturation+"})
"""What "take the colour cast out" may sound like: no colour at all."""

SAME: Final = {"vibrance-": "saturation-", "highlights+": "whites+"}
"""Directions that the encoder has no class for."""


def weigh(heard: Heard, reading: HeadReading, words: Words, sure: Collection[Task] = ()) -> HeadReading:
    """Bring what was heard into line with the encoder; returns what is left of the reading, and new steps. sure: tasks that stay,
    being words of another language.

    A sentence that asks for damage or leaves it to the picture stays as it was heard, and so does one that the grammar knows
    whole, but for what the encoder is sure of. Raises AdaptedError.
    """
    if heard.inverse or reading.general:
        return reading
    whole = adapted.read(heard.text)
    heard.adding = heard.adding and not takes_away(heard, whole)
    if heard.adding:
        return reading
    mistaken: set[Task] = set() if "dont" in heard.modifiers else not_excluded(heard, whole)
    reading = replace(reading, excluded=tuple(task for task in reading.excluded if task not in mistaken))
    heard.barred = [task for task in heard.barred if task not in mistaken]
    overdone = _overdone(heard, words)
    denied = {*heard.excluded} - {item.task for item in heard.named} if heard.known and "only" in heard.modifiers else set[Task]()
    left = tuple(step for step in reading.steps if step.task not in denied)  # "no haze here, just rain"
    if overdone & {step.task for step in reading.steps}:
        left = tuple(step for step in reading.steps if step.task not in overdone)
        reading = replace(reading, steps=left, reason=reading.reason if left else "asks_to_add")
    elif left:
        reading = replace(reading, steps=left)
    before = _weights(heard, reading) | dict.fromkeys(sure, 1.0)
    barred = set(WISHES) if is_refused(heard) else _barred(heard, reading, whole)
    if not before:  # "that green has to leave" leaves nothing alone
        barred -= {name for name in SIGNED if whole[name] >= CLEARLY and whole["off_topic"] < UNSURE} - set(heard.refused)
    cast = NOT_A_CAST if {"remove", "cast"} <= heard.modifiers else frozenset[str]()
    barred |= overdone | cast | _places(heard)
    before |= dict.fromkeys(cast & before.keys(), 0.0)  # "take the colour cast out"
    mixed = _mixed_up(before, whole)
    unheard = _unheard(heard, whole, before, barred) | (mixed and {name for name in HUES if whole[name] >= SURE} - before.keys())
    exposed = "lowlight" in before and _is_exposure(heard, whole)
    if heard.known:
        certain = {name for name in before if name not in TASKS or name == "lowlight" or not named_better(name, whole)}
        before |= dict.fromkeys(certain - mixed, 1.0)
        if not unheard and not exposed and set(before.values()) <= {1.0}:
            return reading
    if exposed:
        before["lowlight"] = 0.0
    point(heard, adapted.places(heard.text), words)
    said = dict(whole)  # what was read is kept for the same sentence
    said["enhance"] = min(1.0, said["enhance"] + sum(said[name] for name in cast))
    for name in TASKS:
        if name not in before:  # "make it look foggy" is near "it looks foggy"
            said[name] *= 1 - whole["add"]
    for name in before.keys() - mixed:
        said[name] = max(_backing(heard, other, whole) for other in {name} | (_alike(name) & barred))
    wanted = _wanted(said, before, barred, reading.reason == "off_topic")
    if heard.known and set(before.values()) == {1.0}:
        wanted &= before.keys() | unheard
    heard.turns = [turn for turn in heard.turns if _signed(turn) in wanted or _signed(turn) not in before]
    heard.holes = [item for item in heard.holes if item.task in wanted]
    steps = [step for step in reading.steps if step.task in wanted]
    gone = [step for step in reading.steps if step.task not in wanted]
    for name in WISHES:
        if name in wanted and name not in before:
            item = add(heard, name, words, adapted.read)
            if name in SIGNED and any(step.strength <= SLIGHT and is_alike(step.task, name) for step in gone):
                heard.turns[-1] = _slighter(heard.turns[-1])
            steps += [Step(item.task, said[name], item.strength or 1.0, item.words.strip())] if item else []
    heard.turns = as_before([limited(heard, sized(turn, whole)) for turn in heard.turns])
    steps = [replace(step, strength=strength_of(step.task, step.strength, whole)) for step in steps]
    if steps or heard.turns or heard.holes:
        return replace(reading, steps=tuple(steps), reason=None if wanted - before.keys() else reading.reason)
    adds = whole["add"] >= IS_TALK
    reason = "asks_to_add" if adds else "off_topic" if whole["off_topic"] >= IS_TALK else "not_understood"
    return replace(reading, steps=(), reason=reason if reading.steps or before else reading.reason)


def _mixed_up(before: Collection[str], said: Mapping[str, float]) -> set[str]:
    """Colours that a table takes a word for where the encoder is sure of another one: "redder tomatoes" are to be stronger, not
    the whole warmer."""
    sure = {name[:-1] for name in HUES if said[name] >= SURE}
    return {name for name in before if name in HUES and said[name] < UNSURE and sure - {name[:-1]}}


def _is_exposure(heard: Heard, said: Mapping[str, float]) -> bool:
    """Whether "brighter" is so much more exposure, and not light by the program's judgement: by an amount, in a place, or beside
    what must not be done to the colours ("a tad lighter", "brighter but not warmer")."""
    sized = max(said["exposure+<"], said["exposure+>"]) >= WANTED or any(
        item.strength not in (None, 1.0) or item.region for item in heard.named if item.task == "lowlight"
    )
    bound = sized or bool(heard.excluded_turns) or "enhance" in heard.excluded
    return bound and said["exposure+"] >= CLEARLY and said["lowlight"] < LEFT


def _overdone(heard: Heard, words: Words) -> set[Task]:
    """Sharpness, where the picture has too much of it ("too sharp", "less sharp")."""
    hits = words.find(tokens(heard.text), frozenset({"result", "goal"}))
    less = "less" in heard.modifiers
    return {"deblur"} if any(hit.name == "weaker deblur" or (less and hit.name == "deblur") for hit in hits) else set()


def _unheard(heard: Heard, said: Mapping[str, float], before: Collection[str], barred: Collection[str]) -> set[str]:
    """Wishes that the encoder is sure of, and that nothing heard stands for or goes against."""
    least = SURE if before else SURER
    sure = {name for name in WISHES if said[name] >= least and name not in before and name not in barred}
    coloured = any(name[:-1] in COLOURS for name in before)
    placed = {place for clause in heard.clauses if clause.place for place in clause.place.places}
    against = {name for two in ONE_OF if two & set(before) for name in two}
    sure -= against | {name for name in sure if (coloured and name[:-1] in COLOURS) or name[:-1] in placed}
    return sure if said["off_topic"] < UNSURE else set()


def _places(heard: Heard) -> set[str]:
    """The tones that say where: "only in the sky and in the shadows" wishes nothing of the shadows."""
    return {f"{place}{sign}" for _, region in heard.limits for place in region.places for sign in "+-"}


def _signed(turn: Turn) -> str:
    return SAME.get(signed(turn), signed(turn))


def _slighter(turn: Turn) -> Turn:
    """Half of it, where its own words do not say how much: the step that it replaces was to be a slight one."""
    return turn if says_how_much(turn) else replace(turn, amount=turn.amount / 2)


def complains(text: str) -> bool:
    """Whether the encoder is certain that a text speaks of damage, of whatever else it does. Raises AdaptedError."""
    said = adapted.read(text)
    return said["off_topic"] < UNSURE and max(said[task] for task in TASKS if task not in ("enhance", "lowlight")) >= SURE


def _alike(name: str) -> set[str]:
    """The wishes that this one may stand for."""
    return {other for other in WISHES if is_alike(name, other)}


def _backing(heard: Heard, name: str, said: Mapping[str, float]) -> float:
    """How likely a wish that was heard is by the whole sentence or, beside others, by a clause of it."""
    whole = said[name]
    if whole >= WANTED or len(heard.clauses) < 2 or (name in TASKS and named_better(name, said)):
        return whole
    clauses = [clause for clause in heard.clauses if whole >= HINTED or clause.covered]
    return max([whole, *(adapted.read(heard.text[clause.start : clause.end])[name] for clause in clauses)])


def _weights(heard: Heard, reading: HeadReading) -> dict[str, float]:
    """What was heard that the encoder knows of, and how much that weighs."""

    def weight(clause: int) -> float:
        return KNOWN if heard.clauses[clause].covered or heard.clauses[clause].cut else HEARD

    found = {step.task: HEARD for step in reading.steps} | {item.task: weight(item.clause) for item in heard.holes}
    for item in heard.named:
        if item.task in found:
            lit = item.task == "lowlight" and heard.clauses[item.clause].covered
            found[item.task] = LIT if lit else weight(item.clause)
    found |= {_signed(turn): weight(turn.clause) for turn in heard.turns}
    return {name: much for name, much in found.items() if name in WISHES}  # no colour by 0 % is in none of the classes


def _barred(heard: Heard, reading: HeadReading, said: Mapping[str, float]) -> set[str]:
    """What must not be done, both ways of an adjustment."""
    kept = [task for task in reading.excluded if said[task] < CERTAIN or said[f"not {task}"] >= DENIED]
    turns = {f"{name}{sign}" for name in heard.excluded_turns for sign in "+-"}
    return {*kept, *heard.excluded, *heard.barred, *heard.refused, *(item.task for item in heard.kept_holes), *turns}


def _wanted(said: dict[str, float], before: dict[str, float], barred: set[str], talk: bool) -> set[str]:
    """What counts, of what was said and heard. talk: the head takes the sentence for no wish."""
    odds = {name: (1 - before[name]) * said[name] + before[name] if name in before else UNHEARD * said[name] for name in WISHES}
    wanted = {name for name in WISHES if odds[name] >= WANTED and (name in before or name not in barred)}
    for two in ONE_OF:
        both = len({name[:-1] for name in two}) == 1 and all(said[name] >= CERTAIN for name in two)  # here lighter, there darker
        if two <= wanted and not both:
            wanted.discard(min(two, key=lambda name: (name in before, odds[name])))
    if wanted or talk or said["off_topic"] >= IS_TALK:
        return wanted
    for group in (*ALIKE, *({name} for name in WISHES)):  # it is a wish: its readings share the probability
        left = sorted((group & odds.keys()) - (barred - before.keys()), key=lambda name: (name in before, said[name]))
        if left and sum(said[name] for name in left) >= WANTED:
            return {left[-1]}
    return wanted
