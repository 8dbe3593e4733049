"""What is said of a result where no rule of the grammar reads it ("her skin went to plastic", "where did the mood go?"): what
kind of reaction it is, and what the person would change of the picture as it is now, several things at once. It is read beside
the plan that stands, in English by `reaction_reader`, in other languages by `foreign_reactions`."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from . import foreign_reactions, reaction_reader
from .grammar import LESS, MORE, Said
from .plan import Step
from .reaction_odds import DONE, ReactionOdds, StepOdds
from .word_places import PlaceWord

K = TypeVar("K")

CONTENT: Final = 0.8
"""Probability from which a sentence is praise: much that is said of other things sounds content."""

WANTED: Final = 0.5
"""Probability from which a want counts beside another."""

NEW: Final = 0.7
"""And a new one."""

HINTED: Final = 0.05
NEAR: Final = 0.6
"""Of a sentence that surely says something of the plan, the steps of this probability at least, and of this share of the
likeliest one's."""

LEAST: Final = 0.3
"""Probability from which a reaction counts; below it the sentence is read as a wish."""

SURE: Final = 0.8
"""From here on it counts before what the rules of the grammar read, where the sentence is no short command."""

SURER: Final = 0.99
"""And where it is one."""


def name_of(step: Step) -> str:
    """What a step is called here, with its sign: light is light, whoever judges how much of it."""
    name = "exposure" if step.task == "lowlight" else step.task
    return f"{name}{'-' if step.amount is not None and step.amount < 0 else '+'}"


def read(text: str, steps: Sequence[Step], language: str, least: float = LEAST) -> tuple[Said, ...]:
    """What a sentence says of a plan of these steps, one thing after the other; nothing where it is a wish of its own, or nothing
    has at least this probability.

    Raises ReactionsError, and what the encoders raise.
    """
    found = read_together(_heard(text, steps, language)[0], steps)
    probability, all_said = max(found, key=lambda pair: pair[0])
    if all_said == (Said(praise=True),):
        least = max(least, CONTENT)
    return tuple(said for said in all_said if said) if probability >= least else ()


def places(text: str, steps: Sequence[Step], language: str) -> list[PlaceWord]:
    """What each word of a sentence on a plan of these steps says of where something is to change.

    Raises ReactionsError, and what the encoders raise."""
    return _heard(text, steps, language)[1]


def _heard(text: str, steps: Sequence[Step], language: str) -> tuple[ReactionOdds, list[PlaceWord]]:
    reader = reaction_reader if language == "en" else foreign_reactions
    return reader.read(text, tuple(dict.fromkeys(name_of(step) for step in steps)))


def read_together(reading: ReactionOdds, steps: Sequence[Step]) -> list[tuple[float, tuple[Said, ...]]]:
    """Everything that a reaction on a plan may say, with its probability, where each step and each want has one of its own:
    several steps further, back, struck out or limited to a place, and new ones beside them."""
    acts = reading.acts
    of = {step.task: reading.steps.get(name_of(step), StepOdds()) for step in steps}
    ways = {(task, way): odds.more if way > 0 else odds.less for task, odds in of.items() for way in (1, -1)}
    own = {name_of(step)[:-1] for step in steps}
    new = tuple(name for name, share in reading.wants.items() if share >= NEW and name in DONE and name[:-1] not in own)
    struck = _meant(acts, {task: odds.dropped for task, odds in of.items()}, "drop")
    there = _meant(acts, {task: odds.there for task, odds in of.items()}, "limit")
    other = max(share for name, share in reading.wants.items() if name[:-1] not in own) if reading.wants else 0.0
    moved = _meant(acts, ways, "change", other)
    changes = [(p, said) for task in of for p, said in _change(task, struck, there, moved, acts["change"] >= acts["limit"])]
    whole = _whole(acts, ways)
    if not (new or changes):
        return [(p, (said,)) for p, said in whole]
    sure = min([*(p for p, _ in changes), *(reading.wants[name] for name in new)])
    several = [said for _, said in changes] + ([Said(adds=new)] if new else [])
    if [said.targets for said in several if said == Said(only=True, targets=said.targets)] == [(task,) for task in of]:
        several = [Said(only=True)]  # all of it there
    of_the_plan = acts["change"] + acts["drop"] + acts["limit"]
    factors = {said.factor if said == Said(factor=said.factor, targets=said.targets) else None for said in several}
    if len(of) == len(several) and len(factors) == 1 and (factor := factors.pop()) is not None:  # that is all of the plan
        of_the_plan += acts["less" if factor < 1 else "more"]
        several = [Said(factor=factor)]
    found = [(p, (said,)) for p, said in whole if said and not said.only]
    return [*found, (of_the_plan * sure, tuple(several)), (acts["other"], (Said(),))]


def _meant(acts: Mapping[str, float], odds: Mapping[K, float], act: str, other: float = 0.0) -> dict[K, float]:
    """The steps that an act is about, or their ways, and how likely that is: those that are likelier than not or, where the act
    itself is the likeliest, those that come near the likeliest of them. other: how likely anything else is meant."""
    most = max(odds.values(), default=0.0)
    if most < WANTED and acts[act] >= max(WANTED, *(p for name, p in acts.items() if name != act)) and most >= max(HINTED, other):
        return {name: acts[act] * p / most for name, p in odds.items() if p >= NEAR * most}
    return {name: p for name, p in odds.items() if p >= WANTED}


def _change(
    task: str, struck: Mapping[str, float], there: Mapping[str, float], moved: Mapping[tuple[str, int], float], moves: bool
) -> list[tuple[float, Said]]:
    """What becomes of a step, and how likely that is; nothing where it stays. moves: whether more or less may be meant there."""
    way = max((1, -1), key=lambda way: moved.get((task, way), 0.0))
    share = moved.get((task, way), 0.0)
    factor = (MORE if way > 0 else LESS) if share else None
    if struck.get(task, 0.0) > max(there.get(task, 0.0), share):
        return [(struck[task], Said(drops=(task,)))]
    if task in there:
        return [(there[task], Said(factor=factor if moves else None, targets=(task,), only=True))]
    return [(share, Said(factor=factor, targets=(task,)))] if factor is not None else []


def _whole(acts: Mapping[str, float], ways: Mapping[tuple[str, int], float]) -> list[tuple[float, Said]]:
    """What a sentence may say where it moves no step by itself, with its probability; a wish of its own is the empty Said. ways:
    (task, 1 further or -1 back) -> how likely that is."""
    known = min(1.0, sum(ways.values()))
    found = [(acts[name], Said(action=name)) for name in ("undo", "again", "reset", "why")]
    found += [(acts["praise"], Said(praise=True)), (acts["other"] + acts["change"] * (1 - known), Said())]
    found += [(acts["limit"], Said(only=True)), (acts["less"], Said(factor=LESS)), (acts["more"], Said(factor=MORE))]
    return found
