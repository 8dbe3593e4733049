"""Other languages than English: the grammar with the language's table of words, and for what the table does not know, what a
multilingual sentence encoder makes of the sentence (loaded when first needed)."""

from typing import Final

from . import grammar, outcomes
from .grammar import Heard, Named
from .head_reading import HeadReading
from .plan import Plan, Reason, Step
from .pointing import LEAST, as_before, limited, point
from .putting import put_together
from .sanitize import Cleaned
from .second_opinion import IS_KIND, agree, sized, strength_of
from .tasks import TASKS

DEGREE: Final = 1.0


def read(cleaned: Cleaned, language: str) -> tuple[Plan, bool]:
    """The plan of a text in one of the languages that have a table, and whether the picture should decide more of it."""
    text = cleaned.text
    heard = grammar.hear(text, grammar.load(language))
    if heard.trap:
        return Plan(text, reason="off_topic", message=outcomes.NOTHING["off_topic"]), False
    if not heard.named and not heard.turns and not heard.excluded:
        english = grammar.hear(text, grammar.load("en"))  # loanwords, and sentences half in English
        if english.named and not english.trap:
            heard.named, heard.excluded = english.named, english.excluded
    reading = _reading(heard, _asked(heard, language))
    return put_together(cleaned, heard, reading, not _left(heard, reading))


def hears(text: str, language: str) -> bool:
    """Whether the table of a language has words for a wish in a text."""
    heard = grammar.hear(text, grammar.load(language))
    return bool(heard.named or heard.turns or heard.holes or heard.excluded or heard.trap)


def _left(heard: Heard, reading: HeadReading) -> bool:
    return reading.reason in ("off_topic", "asks_to_add") and bool(heard.turns)


def _asked(heard: Heard, language: str) -> dict[str, float]:
    """What the encoder makes of a sentence; `heard` is brought into line with it."""
    from . import multilingual

    said = multilingual.read(heard.text)
    if said is not None:
        agree(heard, said, grammar.load(language))
        point(heard, multilingual.places(heard.text), grammar.load(language), LEAST["multilingual"])
        heard.turns = as_before([limited(heard, sized(turn, {} if heard.known else said)) for turn in heard.turns])
    return said or {}


def _reading(heard: Heard, said: dict[str, float]) -> HeadReading:
    """What is named as tasks, and what the sentence is where nothing is."""
    named: dict[str, Named] = {}
    for item in heard.named:
        named.setdefault(item.task, item)
    forbidden = [task for task in dict.fromkeys(heard.excluded) if task not in named]
    steps = tuple(
        Step(
            task,
            0.9,
            item.strength if item.strength is not None else strength_of(task, DEGREE, {} if heard.known else said),
            item.words.strip(),
        )
        for task, item in named.items()
        if task in TASKS
    )
    general = said.get("general", 0.0) >= IS_KIND and not steps and not heard.turns
    reason: Reason | None = None
    if not steps:
        if heard.adding or said.get("add", 0.0) >= IS_KIND:
            reason = "asks_to_add"
        elif forbidden:
            reason = "asks_to_keep"
        else:
            reason = "off_topic" if said.get("off_topic", 0.0) >= IS_KIND else "not_understood"
    return HeadReading(steps, tuple(forbidden), reason, general, False, False)
