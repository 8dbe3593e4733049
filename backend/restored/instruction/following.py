"""A conversation: what is said of the plan that stands. A pure function of that plan and the words."""

import logging
from dataclasses import replace
from typing import Final

from restored.adjustments.names import PLAIN, clamp, is_adjustment
from restored.ground.errors import InstallationError
from restored.ground.tasks import LABELS
from restored.regions.names import Region

from . import grammar, reactions
from .grammar.sentences import NOT_READ
from .plan import Action, Plan, Step, Unused
from .sanitize import MAX_CHARACTERS, clean
from .understanding import explain

LOG = logging.getLogger(__name__)

KEPT: Final = 20
"""Plans back that can be undone."""

OPPOSITE: Final = {
    "exposure": "lowlight",
    "highlights": "lowlight",
    "saturation": "enhance",
    "vibrance": "enhance",
    "contrast": "enhance",
}
"""Less of these takes back a step that a model did."""

KINDS: Final = (
    frozenset({"lowlight", "exposure"}),
    frozenset({"enhance", "temperature"}),
    frozenset({"enhance", "tint"}),
    frozenset({"enhance", "saturation"}),
    frozenset({"enhance", "vibrance"}),
)
"""Who speaks of one of these may mean the other: brightness, or the colours as a whole."""

NOTHING_YET: Final = "There is nothing yet that could be changed. Say what is wrong with the picture."
FULL: Final = "All of it is done already; more is not possible."
UNDONE: Final = "The last change is taken back."
RESET: Final = "Back to the picture as it was."
AGAIN: Final = "The same once more."
GOOD: Final = "It stays as it is."


def follow(previous: Plan, text: str) -> Plan:
    """The plan after `text` was said of the plan that stands. Any text gives one.

    `action` says what to do with it: "plan" follow it, from the original picture; "undo" follow it, it is the one before;
    "again" do it once more, on the result; "reset" back to the original (there are no steps); "why" nothing, read `message`.
    What has nothing to do with pictures leaves the plan as it is. `history` has the plans before it, the latest last. Raises what
    `explain` raises.
    """
    cleaned = clean(text).text
    language = grammar.language_of(cleaned)
    words = grammar.load(language)
    swap = grammar.swapped(cleaned, words)
    if swap is not None and any(_is_of(step, swap[1]) for step in previous.steps):
        return _instead(previous, text, *swap, words)
    parts = grammar.said_in_parts(cleaned, words)
    whole = grammar.said_of_result(cleaned, words)  # "hm no, it was better before"
    if len(parts) > 1 and not whole.action and any(said for _, said in parts):
        return _in_turn(previous, text, parts, words)
    said = whole or _reaction(previous, cleaned, language)
    plan = _answered(previous, text, said) if said else None
    return plan if plan is not None else _joined(previous, explain(text), text)


def _reaction(previous: Plan, text: str, language: str) -> grammar.Said:
    """What no rule reads, by the layers for reactions; nothing where the encoder of that language is not there."""
    if not previous.steps or not text.strip():
        return grammar.Said()
    heard = grammar.hear(text, grammar.load(language))
    acting = {index: clause.covered for index, clause in enumerate(heard.clauses) if clause.acts}
    done = {step.task for step in previous.steps}
    named = {item.task: acting[item.clause] for item in (*heard.named, *heard.holes) if item.clause in acting}
    wish = any(turn.clause in acting for turn in heard.turns) or any(known or task not in done for task, known in named.items())
    if wish:
        return grammar.Said()
    try:
        said = reactions.read(text, previous.steps, "english" if language == "en" else "multilingual")
    except (InstallationError, OSError) as error:
        LOG.warning("a reaction is read by the tables of words alone: %s", error)
        return grammar.Said()
    back = (said.factor or 1.0) < 1 or bool(said.drops)
    if named and (back or not said):  # "still a bit foggy": what is named as a wish is not wanted less
        return grammar.Said(factor=grammar.MORE, targets=tuple(named))
    return said


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
        plan = _added(plan, text, named) if named else _joined(plan, explain(", ".join(wishes)), text)
    elif plan.action in ("undo", "reset", "again", "why"):
        return plan
    history = previous.history[:-1] if plan.action == "undo" else _history(previous)
    plan = replace(plan, unused=(*plan.unused, *notes)) if notes else plan
    return replace(plan, text=_talk(previous, text) if plan.steps else text, action="plan", history=history)


def _of_those(previous: Plan, said: grammar.Said, named: tuple[str, ...]) -> grammar.Said:
    """ "The shadows are too deep, lift them more", "the grain was nice, put it back": what a pronoun takes up. named: what was
    named before it; of other steps nothing is said."""
    meant = tuple(step.task for step in previous.steps if _is_of(step, named))
    if said.factor is not None and not said.core and (not said.targets or (not meant and set(said.targets) & set(named))):
        return replace(said, targets=meant) if meant else grammar.Said()
    return grammar.Said(drops=meant) if said.action == "undo" and meant else said


def _instead(previous: Plan, text: str, wish: str, drops: tuple[str, ...], words: grammar.Words) -> Plan:
    """One thing in place of another."""
    left = _without(previous, text, drops)
    named = grammar.names_only(wish, words)
    plan = _added(left, text, named) if named else _joined(left, explain(wish), text)
    return replace(plan, text=_talk(previous, text), action="plan", history=_history(previous))


def _answered(previous: Plan, text: str, said: grammar.Said) -> Plan | None:
    """The plan after what was said of it; None where it turns out to be a wish."""
    if said.action:
        return _acted(previous, text, said.action)
    if said.praise:
        return replace(previous, action="plan", message=GOOD)
    if not said.surely and said.factor is not None and not any(_is_of(step, said.targets) for step in previous.steps):
        return None
    if said.factor is not None and not said.core:
        return _scaled(previous, text, said.factor, said.targets)
    if said.core:
        return _of_a_wish(previous, text, said)
    if said.drops:
        known = any(_is_of(step, said.drops) for step in previous.steps)
        return _without(previous, text, said.drops) if said.surely or known else None
    if said.adds:
        return _added(previous, text, said.adds)
    return _limited(previous, text, said.limit, said.targets) if said.limit is not None and previous.steps else None


def _acted(previous: Plan, text: str, action: Action) -> Plan:
    if action == "undo":
        return _undone(previous, text)
    if action == "reset":
        return Plan(text, reason="empty", message=RESET, action="reset", history=_history(previous))
    if action == "again":
        return replace(previous, text=text, action="again", message=AGAIN)
    return replace(previous, action="why", message=why(previous))


def _of_a_wish(previous: Plan, text: str, said: grammar.Said) -> Plan | None:
    """More, less or nothing of what a wish asks for: the steps of the plan that it means."""
    wished = explain(said.core)
    targets = tuple(step.task for step in wished.steps)
    meant = tuple(step.task for step in previous.steps if _is_of(step, targets))
    if not meant:
        return None
    return _without(previous, text, meant) if said.drop else _scaled(previous, text, said.factor or 1.0, meant)


def _added(previous: Plan, text: str, tasks: tuple[str, ...]) -> Plan:
    known = {step.task for step in previous.steps}
    new = [Step(task, 0.9, 1.0, clean(text).text.strip(), PLAIN[task] if is_adjustment(task) else None) for task in tasks]
    steps = (*previous.steps, *(step for step in new if step.task not in known))
    return _next(previous, text, steps, [task for task in previous.excluded if task not in tasks])


def _limited(previous: Plan, text: str, limit: Region, names: tuple[str, ...]) -> Plan | None:
    """ "Only the sky": every step there. "Not the sky": every step but there, or without those that were only for it."""
    meant = [step for step in previous.steps if not names or _is_of(step, names)]
    if not meant:
        return None
    there = [step for step in meant if _is_for(step, limit)]
    if limit.outside and there:
        return _next(previous, text, tuple(step for step in previous.steps if step not in there), previous.excluded)
    return _next(
        previous,
        text,
        tuple(replace(step, region=limit) if step in meant else step for step in previous.steps),
        previous.excluded,
    )


def _is_for(step: Step, limit: Region) -> bool:
    """Whether a step is for one place alone, or a tone that goes by its name ("the shadows")."""
    inside = step.region is not None and not step.region.outside and step.region.places == limit.places
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


def _talk(previous: Plan, text: str) -> str:
    """Everything that was said, as far as it is kept."""
    return "; ".join(part for part in (previous.text.strip(), text.strip()) if part)[:MAX_CHARACTERS]


def _history(plan: Plan) -> tuple[Plan, ...]:
    bare = replace(plan, history=(), action="")
    return (*plan.history, bare)[-KEPT:] if plan.steps else plan.history


def _undone(previous: Plan, text: str) -> Plan:
    if not previous.history:
        return Plan(text, reason="empty", message=RESET, action="reset")
    return replace(previous.history[-1], history=previous.history[:-1], action="undo", message=UNDONE)


def _next(previous: Plan, text: str, steps: tuple[Step, ...], excluded: "tuple[str, ...] | list[str]", message: str = "") -> Plan:
    done = {step.task for step in steps}
    kept = tuple(dict.fromkeys(task for task in excluded if task not in done))
    if not steps:
        message = message or "Nothing is left to do, so the picture is as it was."
        return Plan(text, (), kept, "asks_to_keep", message, action="plan", history=_history(previous))
    plan = Plan(
        _talk(previous, text), steps, kept, message=message, scale=previous.scale, action="plan", history=_history(previous)
    )
    return plan.in_apply_order()


def _scaled(previous: Plan, text: str, factor: float, tasks: tuple[str, ...]) -> Plan:
    """More or less of all steps, or of those that were named."""
    chosen = [step for step in previous.steps if not tasks or _is_of(step, tasks)]
    if not previous.steps:
        return Plan(text, reason="not_understood", message=NOTHING_YET, action="plan")
    steps = tuple(_times(step, factor) if step in chosen or not chosen else step for step in previous.steps)
    message = FULL if steps == previous.steps and factor > 1 else ""
    return _next(previous, text, tuple(step for step in steps if step.amount != 0), previous.excluded, message)


def _times(step: Step, factor: float) -> Step:
    if is_adjustment(step.task) and step.task != "black_and_white":
        return replace(step, amount=round(clamp(step.task, (step.amount or 0.0) * factor), 4))
    return replace(step, strength=round(min(1.0, step.strength * factor), 4))


def _is_of(step: Step, names: tuple[str, ...]) -> bool:
    """Whether a step is meant by one of the names of tasks and adjustments, or by what people call a kind of them."""
    return step.task in names or any(step.task in kind and name in kind for name in names for kind in KINDS)


def _without(previous: Plan, text: str, drops: tuple[str, ...]) -> Plan:
    steps = tuple(step for step in previous.steps if not _is_of(step, drops))
    return _next(previous, text, steps, [*previous.excluded, *drops])


def _joined(previous: Plan, said: Plan, text: str) -> Plan:
    """A whole wish on top of the plan: a direction already taken goes further or back, anything else is added."""
    if not said.steps:
        if said.excluded:
            return replace(_without(previous, text, said.excluded), unused=said.unused)
        if previous.steps:
            return replace(previous, action="plan", message=said.message, unused=said.unused)
        return replace(said, action="plan", history=previous.history)
    steps = list(previous.steps)
    words = grammar.load(grammar.language_of(text))
    only = grammar.limits(text, words)
    for new in said.steps:
        same = next((i for i, step in enumerate(steps) if _takes_over(new, step, only)), None)
        model = next((i for i, step in enumerate(steps) if step.task == OPPOSITE.get(new.task)), None)
        if same is not None and is_adjustment(new.task):
            amount = new.amount if only else _moved(steps[same], new)
            steps[same] = replace(steps[same], amount=amount, region=new.region)
        elif same is not None:
            steps[same] = new
        elif model is not None and (new.amount or 0) < 0 and new.region is None:
            steps[model] = _times(steps[model], grammar.LESS)
        elif new.task == "lowlight" and (dark := _darkened(steps, new)) is not None:
            steps[dark] = _times(steps[dark], grammar.LESS)  # "not that dark"
        else:
            steps.append(new)
    excluded = [*previous.excluded, *said.excluded]
    kept = tuple(step for step in steps if step.amount != 0 and (step.task not in said.excluded))
    plan = _next(previous, text, kept, excluded, said.message)
    return replace(plan, unused=said.unused, scale=said.scale or plan.scale)


def _darkened(steps: list[Step], new: Step) -> int | None:
    """The step that darkens where a new one would brighten."""
    found = (i for i, step in enumerate(steps) if step.task == "exposure" and (step.amount or 0) < 0)
    return next((i for i in found if steps[i].region == new.region), None)


def _takes_over(new: Step, step: Step, only: bool) -> bool:
    """Whether a new step is the one that stands, said again: a task has one place, an adjustment one amount in each unless it is
    limited ("warmer only in the shadows")."""
    anywhere = only or not is_adjustment(new.task)
    return new.task == step.task and new.part == step.part and (anywhere or new.region == step.region)


def _moved(old: Step, new: Step) -> float:
    """A direction taken further, or half-way back: "less warm" after "warmer" is still a little warmer."""
    before, more = old.amount or 0.0, new.amount or 0.0
    if before * more < 0 and abs(more) >= abs(before):
        return round(before / 2, 4)
    assert is_adjustment(old.task)
    return round(clamp(old.task, before + more), 4)
