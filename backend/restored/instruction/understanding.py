"""`explain`: any text -> a Plan. `embed`: the vector that conditions InstructIR."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from restored.adjustments.names import OF_COLOUR

from . import outcomes
from .plan import Keep, Plan, Step
from .questions import asks_what_is_wrong
from .sanitize import Cleaned, clean, has_words, mostly_foreign_script
from .surface import is_automatic, is_data, is_greeting
from .tasks import Task

if TYPE_CHECKING:
    import numpy as np

LOG = logging.getLogger(__name__)

MOST_CORRECTED: Final = 2
"""Times that a sentence is read anew for what it takes back, of which each costs as much as the sentence is long."""


def explain(text: str, context: "np.ndarray | None" = None, sample: "np.ndarray | None" = None) -> Plan:
    """What an instruction is understood as. Any text gives a Plan; only a broken installation raises.

    text: anything; 1,000 characters of it are read.
    context: H x W x 3 float32 in [0, 1], sRGB-encoded, a thumbnail of the whole picture; sample: the picture at full
    resolution, or a part of it, any depth and number of channels; its middle is measured. They are looked at only when a wish
    names no damage ("fix my photo"): then the plan is a proposal.
    Steps come in the order in which they are best done. Raises EncoderError or HeadError when the files are missing or damaged.
    """
    plan, general = _understand(clean(text))
    if general and (context is not None or sample is not None):
        return _look(plan, context, sample)
    return plan


def embed(text: str) -> "np.ndarray":
    """The instruction as a vector: (256,) float32, L2-normalised; what `instructir` bundles of ours are conditioned on."""
    from . import head, quiet

    return quiet.run(lambda: head.load().embed(clean(text).text))


def warm() -> None:
    """Load encoder and head now, so that the first sentence does not wait for them."""
    _understand(Cleaned("remove the noise", False))


@lru_cache(maxsize=512)
def _understand(cleaned: Cleaned, corrected: int = 0) -> tuple[Plan, bool]:
    """The plan of a text alone, with what it keeps, and whether the picture should decide. corrected: how often it was already
    read anew."""
    plan, general = _read(cleaned, corrected)
    if corrected or plan.action == "diagnose" or not (plan.steps or general or plan.reason == "asks_to_keep"):
        return plan, general
    from . import grammar

    text = cleaned.text
    words = grammar.load(grammar.language_of(text))
    kept, rest = grammar.kept(text, words)
    if kept - {"colours"} and plan.reason == "asks_to_keep" and grammar.content(rest, words):
        again, _ = _read(Cleaned(rest, cleaned.cut), 0)  # "remove the noise, but keep the grain"
        plan = replace(again, text=text) if again.steps else plan
    if not (plan.steps or general):
        return plan, general
    keeps: set[Keep] = {"texture"} if kept - {"colours"} else set()
    if "colours" in kept and (general or not all(step.task in OF_COLOUR for step in plan.steps)):
        keeps.add("colours")
    return (outcomes.keeping(plan, keeps) if keeps else plan), general


def _read(cleaned: Cleaned, corrected: int) -> tuple[Plan, bool]:
    """`_understand`, without what is kept."""
    text = cleaned.text
    if not text.strip():
        return _nothing(text, "empty", cleaned), False
    if not has_words(text):
        return _nothing(text, "not_understood", cleaned), False
    if is_data(text):
        return _nothing(text, "off_topic", cleaned), False
    if is_greeting(text):
        return _nothing(text, "empty", cleaned), False
    if asks_what_is_wrong(text):
        return Plan(text, reason="not_understood", message=outcomes.GENERAL, action="diagnose"), True
    if is_automatic(text):
        return Plan(text, reason="not_understood", message=outcomes.GENERAL), True
    from . import english, foreign, grammar

    language = english.language_of(text)
    meant = grammar.corrected(text, grammar.load(language)) if corrected < MOST_CORRECTED else text
    if meant != text:
        plan, general = _understand(Cleaned(meant, cleaned.cut), corrected + 1)
        steps = tuple(step if step.words in text else replace(step, words=text.strip()) for step in plan.steps)
        return replace(plan, text=text, steps=steps), general
    if language != "en":
        if not foreign.hears(text, language):
            language = next((other for other in grammar.rivals(text) if foreign.hears(text, other)), language)
        plan, general = foreign.read(cleaned, language)
        return plan, general
    if mostly_foreign_script(text):
        return _nothing(text, "not_english", cleaned), False
    plan, general = english.read(cleaned)
    if not plan.steps and plan.reason not in ("asks_to_keep", "cannot_yet"):  # too little of another language ("20 % heller")
        other = grammar.language_of(text)
        found = foreign.read(cleaned, other) if other != "en" else (plan, general)
        return found if found[0].steps else (plan, general)
    return plan, general


def _nothing(text: str, reason: "outcomes.Reason", cleaned: Cleaned, excluded: Sequence[Task] = ()) -> Plan:
    return Plan(text, (), tuple(excluded), reason, _sentence(outcomes.NOTHING[reason], cut=cleaned.cut))


def _sentence(message: str, *, cut: bool) -> str:
    return " ".join(part for part in (message, outcomes.CUT if cut else "") if part)


def _look(plan: Plan, context: "np.ndarray | None", sample: "np.ndarray | None") -> Plan:
    """A general wish: propose what the picture needs, minus what the user excluded."""
    from .damage_estimator import MAX_STEPS, EstimatorError, amounts, estimate, measured, possible

    try:
        seen = estimate(context, sample)
    except EstimatorError:
        LOG.exception("a general wish stays unanswered")
        return plan
    named = {step.task for step in plan.steps}
    found: dict[Task, float] = {task: p for task, p in seen.items() if task not in plan.excluded and task not in named}
    worst = tuple(found)[:MAX_STEPS]
    if plan.action == "diagnose":
        much = measured(context, sample)
        more = tuple(task for task in dict.fromkeys((*found, *possible(much))) if task not in worst)
        message = outcomes.diagnosis(worst, more, amounts(much))
    else:
        message = (
            outcomes.proposal(tuple(found), amounts(measured(context, sample)), len(worst)) if found else outcomes.PICTURE_FINE
        )
    if not found:
        return replace(plan, message=message, proposed=True)
    steps = tuple(Step(task, found[task]) for task in worst)
    found_so = replace(plan, steps=(*steps, *plan.steps), reason=None, message=message, proposed=True, keeps=())
    return outcomes.keeping(found_so.in_apply_order(), plan.keeps)
