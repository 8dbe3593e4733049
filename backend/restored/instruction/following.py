"""A conversation: what is said of the plan that stands. A pure function of that plan and the words."""

from dataclasses import replace
from typing import Final

from restored.adjustments.names import clamp, family, is_adjustment
from restored.ground.tasks import LABELS

from . import grammar
from .plan import Plan, Step
from .sanitize import MAX_CHARACTERS, clean
from .understanding import explain

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

NOTHING_YET: Final = "There is nothing yet that could be changed. Say what is wrong with the picture."
FULL: Final = "All of it is done already; more is not possible."
UNDONE: Final = "The last change is taken back."
RESET: Final = "Back to the picture as it was."
AGAIN: Final = "The same once more."


def follow(previous: Plan, text: str) -> Plan:
    """The plan after `text` was said of the plan that stands. Any text gives one.

    `action` says what to do with it: "plan" follow it, from the original picture; "undo" follow it, it is the one before;
    "again" do it once more, on the result; "reset" back to the original (there are no steps); "why" nothing, read `message`.
    `history` has the plans before it, the latest last. Raises what `explain` raises.
    """
    cleaned = clean(text).text
    language = grammar.language_of(cleaned)
    said = grammar.said_of_result(cleaned, grammar.load(language))
    if said.action == "undo":
        return _undone(previous, text)
    if said.action == "reset":
        return Plan(text, reason="empty", message=RESET, action="reset", history=_history(previous))
    if said.action == "again":
        return replace(previous, text=text, action="again", message=AGAIN)
    if said.action == "why":
        return replace(previous, action="why", message=why(previous))
    if said.factor is not None:
        return _scaled(previous, text, said.factor, said.tasks)
    if said.drops:
        return _without(previous, text, said.drops)
    if said.adds:
        known = {step.task for step in previous.steps}
        steps = tuple(Step(task, 0.9, 1.0, cleaned.strip()) for task in said.adds if task not in known)
        return _next(previous, text, (*previous.steps, *steps), [task for task in previous.excluded if task not in said.adds])
    if said.limit is not None and previous.steps:
        return _next(previous, text, tuple(replace(step, region=said.limit) for step in previous.steps), previous.excluded)
    return _joined(previous, explain(text), text)


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
    chosen = [step for step in previous.steps if not tasks or step.task in tasks or _family(step) in tasks]
    if not previous.steps:
        return Plan(text, reason="not_understood", message=NOTHING_YET, action="plan")
    steps = tuple(_times(step, factor) if step in chosen or not chosen else step for step in previous.steps)
    message = FULL if steps == previous.steps and factor > 1 else ""
    return _next(previous, text, tuple(step for step in steps if step.amount != 0), previous.excluded, message)


def _times(step: Step, factor: float) -> Step:
    if is_adjustment(step.task) and step.task != "black_and_white":
        return replace(step, amount=round(clamp(step.task, (step.amount or 0.0) * factor), 4))
    return replace(step, strength=round(min(1.0, step.strength * factor), 4))


def _family(step: Step) -> str:
    return family(step.task, step.amount or 0.0) if is_adjustment(step.task) else step.task


def _without(previous: Plan, text: str, drops: tuple[str, ...]) -> Plan:
    steps = tuple(step for step in previous.steps if step.task not in drops and _family(step) not in drops)
    return _next(previous, text, steps, [*previous.excluded, *drops])


def _joined(previous: Plan, said: Plan, text: str) -> Plan:
    """A whole wish on top of the plan: a direction already taken goes further or back, anything else is added."""
    if not said.steps:
        if said.excluded:
            return replace(_without(previous, text, said.excluded), unused=said.unused)
        return replace(said, action="plan", history=previous.history)
    steps = list(previous.steps)
    for new in said.steps:
        same = next(
            (i for i, step in enumerate(steps) if (step.task, step.region, step.part) == (new.task, new.region, new.part)), None
        )
        model = next((i for i, step in enumerate(steps) if step.task == OPPOSITE.get(new.task)), None)
        if same is not None and is_adjustment(new.task):
            steps[same] = replace(steps[same], amount=_moved(steps[same], new))
        elif same is not None:
            steps[same] = new
        elif model is not None and (new.amount or 0) < 0 and new.region is None:
            steps[model] = _times(steps[model], 0.6)
        else:
            steps.append(new)
    excluded = [*previous.excluded, *said.excluded]
    kept = tuple(step for step in steps if step.amount != 0 and (step.task not in said.excluded))
    plan = _next(previous, text, kept, excluded, said.message)
    return replace(plan, unused=said.unused, scale=said.scale or plan.scale)


def _place_of(step: Step) -> tuple[object, ...]:
    return step.task, step.region, step.part


def _moved(old: Step, new: Step) -> float:
    """A direction taken further, or half-way back: "less warm" after "warmer" is still a little warmer."""
    before, more = old.amount or 0.0, new.amount or 0.0
    if before * more < 0 and abs(more) >= abs(before):
        return round(before / 2, 4)
    assert is_adjustment(old.task)
    return round(clamp(old.task, before + more), 4)
