"""Other languages than English: the grammar with the language's table of words, and per clause, for what the table does not
know, a multilingual sentence encoder (loaded when first needed)."""

from typing import Final

from . import grammar, outcomes
from .english import HeadReading
from .grammar import Heard, Named
from .plan import Plan, Reason, Step
from .putting import put_together
from .sanitize import Cleaned
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
    reading = _reading(heard)
    return put_together(cleaned, heard, reading, not _left(heard, reading))


def _left(heard: Heard, reading: HeadReading) -> bool:
    return reading.reason in ("off_topic", "asks_to_add") and bool(heard.turns)


def _reading(heard: Heard) -> HeadReading:
    """What the words name as tasks; the encoder is asked about the clauses in which they name nothing."""
    named: dict[str, Named] = {}
    for item in heard.named:
        named.setdefault(item.task, item)
    kinds: set[str] = set()
    excluded = list(heard.excluded)
    _ask(heard, named, excluded, kinds)
    forbidden = [task for task in dict.fromkeys(excluded) if task not in named]
    steps = tuple(
        Step(task, 0.9, item.strength if item.strength is not None else DEGREE, item.words.strip())
        for task, item in named.items()
        if task in TASKS
    )
    general = "general" in kinds and not steps and not heard.turns
    reason: Reason | None = None
    if not steps:
        if heard.adding:
            reason = "asks_to_add"
        elif forbidden:
            reason = "asks_to_keep"
        elif "off_topic" in kinds:
            reason = "off_topic"
        else:
            reason = "not_understood"
    return HeadReading(steps, tuple(forbidden), reason, general, False, False)


def _ask(heard: Heard, named: dict[str, Named], excluded: list[str], kinds: set[str]) -> None:
    """Clauses with words that say something and in which the table found nothing."""
    from . import multilingual

    for index, clause in enumerate(heard.clauses):
        if clause.acts or clause.covered or any(start <= clause.start < end for start, end in heard.dropped):
            continue
        words = heard.text[clause.start : clause.end]
        found = multilingual.classify(words)
        if found is None:
            continue
        kinds |= set(found.kinds)
        for task in found.tasks:
            if task not in excluded and not named and not heard.holes:
                named[task] = Named(task, words, index, None, clause.place)
