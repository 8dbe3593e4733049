"""A conversation: what is said of the plan that stands. A pure function of that plan and the words."""

import logging
from dataclasses import replace
from typing import Final

from restored.adjustments.names import OF_COLOUR, PLAIN, is_adjustment
from restored.ground.errors import InstallationError
from restored.ground.tasks import LABELS
from restored.regions.names import Region
from restored.regions.narrowing import conditions, narrowed, same

from . import grammar, reactions
from .changed_plan import (
    NOTHING_YET,
    RESET,
    everywhere,
    history_of,
    is_of,
    joined,
    missing,
    next_plan,
    scaled,
    scaled_there,
    talk_of,
    undone,
    without,
)
from .grammar.sentences import NOT_READ
from .outcomes import keeping
from .plan import Action, Keep, Plan, Step, Unused
from .reaction_places import pointed
from .sanitize import clean
from .understanding import explain

LOG = logging.getLogger(__name__)

AGAIN: Final = "The same once more."
AT_LENGTH: Final = 8
"""Words from which a sentence is told rather than commanded."""

GOOD: Final = "It stays as it is."


def follow(previous: Plan, text: str) -> Plan:
    """The plan after `text` was said of the plan that stands. Any text gives one.

    `action` says what to do with it: "plan" follow it, from the original picture; "undo" follow it, it is the one before;
    "again" do it once more, on the result; "reset" back to the original (there are no steps); "why" nothing, read `message`.
    What has nothing to do with pictures leaves the plan as it is. `history` has the plans before it, the latest last. Raises what
    `explain` raises.
    """
    cleaned = clean(text).text
    words = grammar.load(grammar.language_of(cleaned))
    kept, rest = grammar.kept(cleaned, words)
    keeps: set[Keep] = set()
    if "texture" in kept and previous.steps:
        keeps.add("texture")
        if not grammar.content(rest, words) and not grammar.said_of_result(rest, words):
            return keeping(next_plan(previous, text, previous.steps, previous.excluded), keeps)
        text = cleaned = rest
    plan = _followed(previous, text, cleaned)
    if "colours" in kept and plan.steps and not any(step.task in (*OF_COLOUR, "enhance") for step in previous.steps):
        keeps.add("colours")
    return keeping(plan, keeps) if keeps and plan.action == "plan" else plan


def _followed(previous: Plan, text: str, cleaned: str) -> Plan:
    """`follow`, without what is kept."""
    language = grammar.language_of(cleaned)
    words = grammar.load(language)
    swap = grammar.swapped(cleaned, words)
    if swap is not None and any(is_of(step, swap[1]) for step in previous.steps):
        return _instead(previous, text, *swap, words)
    parts = grammar.said_in_parts(cleaned, words)
    whole = grammar.said_of_result(cleaned, words)  # "hm no, it was better before"
    said_where = any(said.where is not None for said in (whole, *(said for _, said in parts)))
    placed = bool(whole.missed) or whole.everywhere or said_where
    plan = _surely(previous, text, cleaned, language) if not placed else None
    if plan is not None:
        return plan
    if len(parts) > 1 and not whole.action and any(said for _, said in parts):
        return _in_turn(previous, text, parts, words)
    plan = _answered(previous, text, whole) if whole else _all_answered(previous, text, _reaction(previous, cleaned, language))
    return plan if plan is not None else joined(previous, explain(text), text)


def _surely(previous: Plan, text: str, cleaned: str, language: str) -> Plan | None:
    """The plan after a sentence of which the layers for reactions are sure: more so of a short one of which
    the table knows every word, as commands are. None where they are not."""
    if not previous.steps:
        return None
    words = grammar.load(language)
    strange = any(not token.mark and token.word not in words.known | words.filler for token in grammar.tokens(cleaned))
    told = strange or len(cleaned.split()) >= AT_LENGTH
    said = _read(previous, cleaned, language, reactions.SURE if told else reactions.SURER)
    where = bool({"only", "except", "everywhere"} & grammar.hear(cleaned, words).modifiers)
    wishes = any((each.factor or 0) > 1 or each.adds or (each.only and not where) for each in said)
    if wishes and not told:  # "warmer" is a wish of its own
        return None
    if len(said) == 1 and said[0].adds and explain(text).steps:  # its words may say where, and how much
        return None
    if len(said) == 1 and said[0].factor is not None:
        said = (replace(said[0], factor=grammar.factor_in(cleaned, words, weaker=said[0].factor < 1)),)
    return _all_answered(previous, text, said)


def _all_answered(previous: Plan, text: str, all_said: tuple[grammar.Said, ...]) -> Plan | None:
    """The plan after all that was said of it, one change for whoever takes it back; None where nothing was, or one of it turns
    out to be a wish."""
    plan = None
    for said in all_said:
        if said.only:
            where = pointed(previous.steps, text)
            if where is None and said.factor is None:
                return None
            said = replace(said, only=False, **({"limit": where} if said.factor is None else {"where": where}))
        plan = _answered(plan or previous, text, said)
        if plan is None:
            return None
    if plan is None or len(all_said) == 1:
        return plan
    return replace(plan, text=talk_of(previous, text), action="plan", history=history_of(previous))


def _reaction(previous: Plan, text: str, language: str) -> tuple[grammar.Said, ...]:
    """What no rule reads, by the layers for reactions."""
    if not previous.steps or not text.strip():
        return ()
    heard = grammar.hear(text, grammar.load(language))
    acting = {index: clause.covered for index, clause in enumerate(heard.clauses) if clause.acts}
    done = {step.task for step in previous.steps}
    named = {item.task: acting[item.clause] for item in (*heard.named, *heard.holes) if item.clause in acting}
    wish = any(turn.clause in acting for turn in heard.turns) or any(known or task not in done for task, known in named.items())
    if wish:
        return ()
    said = _read(previous, text, language, reactions.LEAST)
    back = len(said) == 1 and ((said[0].factor or 1.0) < 1 or bool(said[0].drops))
    if named and (back or not said):  # "still a bit foggy": what is named as a wish is not wanted less
        return (grammar.Said(factor=grammar.MORE, targets=tuple(named)),)
    if len(said) == 1 and said[0].adds and explain(text).steps:  # its words may say where, and how much
        return ()
    return said


def _read(previous: Plan, text: str, language: str, least: float) -> tuple[grammar.Said, ...]:
    """What the layers for reactions read; nothing where they, or their encoder, are not there."""
    try:
        return reactions.read(text, previous.steps, language, least)
    except (InstallationError, OSError) as error:
        LOG.warning("a reaction is read by the tables of words alone: %s", error)
        return ()


def _in_turn(previous: Plan, text: str, parts: list[tuple[str, grammar.Said]], words: grammar.Words) -> Plan:
    """Several things said in a row; what is no word about the plan is one wish of its own, on top of it."""
    plan, wishes, notes = previous, [], []
    named: tuple[str, ...] = ()
    for part, said in parts:
        if named and said and grammar.takes_up(part, words):
            said = _of_those(previous, said, named)
        named = grammar.subjects(part, words) or named
        answer = _answered(plan, part, said) if said else None
        if answer is None and len(parts) > 1 and grammar.is_remark(part, words):
            notes.append(Unused(part, NOT_READ))  # "give me the haze back, it had mood"
        elif answer is None:
            wishes.append(part)
        elif not said.praise:
            plan = answer
    if wishes:
        named = grammar.names_only(wishes[0], words) if len(wishes) == 1 else ()
        plan = _added(plan, text, named) if named else joined(plan, explain(", ".join(wishes)), text)
    elif plan.action in ("undo", "reset", "again", "why"):
        return plan
    history = previous.history[:-1] if plan.action == "undo" else history_of(previous)
    plan = replace(plan, unused=(*plan.unused, *notes)) if notes else plan
    return replace(plan, text=talk_of(previous, text) if plan.steps else text, action="plan", history=history)


def _of_those(previous: Plan, said: grammar.Said, named: tuple[str, ...]) -> grammar.Said:
    """ "The shadows are too deep, lift them more", "the grain was nice, put it back": what a pronoun takes up. named: what was
    named before it; of other steps nothing is said."""
    meant = tuple(step.task for step in previous.steps if is_of(step, named))
    if said.factor is not None and not said.core and (not said.targets or (not meant and set(said.targets) & set(named))):
        return replace(said, targets=meant) if meant else grammar.Said()
    return grammar.Said(drops=meant) if said.action == "undo" and meant else said


def _instead(previous: Plan, text: str, wish: str, drops: tuple[str, ...], words: grammar.Words) -> Plan:
    """One thing in place of another."""
    left = without(previous, text, drops)
    named = grammar.names_only(wish, words)
    plan = _added(left, text, named) if named else joined(left, explain(wish), text)
    return replace(plan, text=talk_of(previous, text), action="plan", history=history_of(previous))


def _answered(previous: Plan, text: str, said: grammar.Said) -> Plan | None:
    """The plan after what was said of it; None where it turns out to be a wish."""
    if said.action:
        return _acted(previous, text, said.action)
    if said.everywhere:
        limited = any(step.region is not None and step.task != "inpaint" for step in previous.steps)
        return everywhere(previous, text) if limited else replace(previous, action="plan")
    if said.missed:
        return missing(previous, text, said.missed)
    if said.praise:
        return replace(previous, action="plan", message=GOOD)
    if not said.surely and said.factor is not None and not any(is_of(step, said.targets) for step in previous.steps):
        return None
    if said.factor is not None and said.where is not None:
        return scaled_there(previous, text, said.factor, said.targets, said.where)
    if said.factor is not None and not said.core:
        return scaled(previous, text, said.factor, said.targets)
    if said.core:
        return _of_a_wish(previous, text, said)
    if said.drops:
        known = any(is_of(step, said.drops) for step in previous.steps)
        return without(previous, text, said.drops) if said.surely or known else None
    if said.adds:
        return _added(previous, text, said.adds)
    return _limited(previous, text, said.limit, said.targets) if said.limit is not None and previous.steps else None


def _acted(previous: Plan, text: str, action: Action) -> Plan:
    if action == "undo":
        return undone(previous, text)
    if action == "reset":
        return Plan(text, reason="empty", message=RESET, action="reset", history=history_of(previous))
    if action == "again":
        return replace(previous, text=text, action="again", message=AGAIN)
    return replace(previous, action="why", message=why(previous))


def _of_a_wish(previous: Plan, text: str, said: grammar.Said) -> Plan | None:
    """More, less or nothing of what a wish asks for: the steps of the plan that it means."""
    wished = explain(said.core)
    targets = tuple(step.task for step in wished.steps)
    meant = tuple(step.task for step in previous.steps if is_of(step, targets))
    if not meant:
        return None
    return without(previous, text, meant) if said.drop else scaled(previous, text, said.factor or 1.0, meant)


def _added(previous: Plan, text: str, tasks: tuple[str, ...]) -> Plan:
    """tasks: of adjustments with their sign, or the usual way."""
    known, words = {step.task for step in previous.steps}, clean(text).text.strip()
    new: list[Step] = []
    for name in tasks:
        task = name.rstrip("+-")
        amount = PLAIN[task] * (-1 if name.endswith("-") else 1) if is_adjustment(task) else None
        new.append(Step(task, 0.9, 1.0, words, amount))
    tasks = tuple(step.task for step in new)
    steps = (*previous.steps, *(step for step in new if step.task not in known))
    return next_plan(previous, text, steps, [task for task in previous.excluded if task not in tasks])


def _limited(previous: Plan, text: str, limit: Region, names: tuple[str, ...]) -> Plan | None:
    """ "Only the sky": every step there. "Not the sky": every step but there, or without those that were only for it. What was
    left out before stays left out."""
    meant = [step for step in previous.steps if not names or is_of(step, names)]
    if not meant:
        return None
    there = [step for step in meant if _is_for(step, limit)]
    if limit.outside and there:
        return next_plan(previous, text, tuple(step for step in previous.steps if step not in there), previous.excluded)
    known = {(step.task, step.part) for step in meant if any(same(part, limit) for part in conditions(step.region))}
    steps: list[Step] = []
    for step in previous.steps:
        if step not in meant:
            steps.append(step)
        elif (step.task, step.part) not in known:
            steps.append(replace(step, region=narrowed(step.region, limit)))
        elif any(same(part, limit) for part in conditions(step.region)):  # of "more on the right, less on the left" the one
            steps.append(step)
    once = {(step.task, step.part, step.region): step for step in steps}  # "warm up the sky, warmer" is one step there
    return next_plan(previous, text, tuple(once.values()), previous.excluded)


def _is_for(step: Step, limit: Region) -> bool:
    """Whether a step is for one place alone, or a tone that goes by its name ("the shadows")."""
    inside = any(not part.outside and part.places == limit.places for part in conditions(step.region))
    return inside or limit.places == (step.task,)


def why(plan: Plan) -> str:
    """What the plan does and from which words, in a sentence or two."""
    if not plan.steps:
        return plan.message or NOTHING_YET
    parts = [f"{step.label} (from “{step.words}”)" if step.words else f"{step.label} (chosen by hand)" for step in plan.steps]
    left = f" Left alone: {', '.join(_name(task) for task in plan.excluded)}." if plan.excluded else ""
    seen = "I looked at the picture and proposed: " if plan.proposed else "Done: "
    unused = " ".join(dict.fromkeys(item.message for item in plan.unused))
    return f"{seen}{', '.join(parts)}.{left} {unused}".strip()


def _name(task: str) -> str:
    return LABELS[task] if task in LABELS else task.replace("_", " ")
