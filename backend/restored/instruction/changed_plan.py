"""What becomes of a plan that stands: steps scaled, struck out or joined by others, and the plans before it."""

from dataclasses import replace
from typing import Final

from restored.adjustments.names import clamp, is_adjustment
from restored.regions import Region
from restored.regions.narrowing import conditions, cut, together

from . import grammar, outcomes
from .grammar.sentences import by_hand
from .plan import Plan, Step, Unused
from .sanitize import MAX_CHARACTERS

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


def talk_of(previous: Plan, text: str) -> str:
    """Everything that was said, as far as it is kept."""
    return "; ".join(part for part in (previous.text.strip(), text.strip()) if part)[:MAX_CHARACTERS]


def history_of(plan: Plan) -> tuple[Plan, ...]:
    """The plans before the one that comes now, the latest last."""
    bare = replace(plan, history=(), action="")
    return (*plan.history, bare)[-KEPT:] if plan.steps else plan.history


def undone(previous: Plan, text: str) -> Plan:
    """The plan before; none where there is none."""
    if not previous.history:
        return Plan(text, reason="empty", message=RESET, action="reset")
    return replace(previous.history[-1], history=previous.history[:-1], action="undo", message=UNDONE)


def next_plan(
    previous: Plan, text: str, steps: tuple[Step, ...], excluded: "tuple[str, ...] | list[str]", message: str = ""
) -> Plan:
    """The plan with these steps; the one before it goes into its history."""
    done = {step.task for step in steps}
    kept = tuple(dict.fromkeys(task for task in excluded if task not in done))
    if not steps:
        message = message or "Nothing is left to do, so the picture is as it was."
        return Plan(text, (), kept, "asks_to_keep", message, action="plan", history=history_of(previous))
    plan = Plan(
        talk_of(previous, text),
        steps,
        kept,
        message=message,
        scale=previous.scale,
        action="plan",
        history=history_of(previous),
        keeps=previous.keeps,
    )
    return plan.in_apply_order()


def scaled(previous: Plan, text: str, factor: float, tasks: tuple[str, ...]) -> Plan:
    """More or less of all steps, or of those that were named."""
    chosen = [step for step in previous.steps if not tasks or is_of(step, tasks)]
    if not previous.steps:
        return Plan(text, reason="not_understood", message=NOTHING_YET, action="plan")
    steps = tuple(_times(step, factor) if step in chosen or not chosen else step for step in previous.steps)
    message = FULL if steps == previous.steps and factor > 1 else ""
    return next_plan(previous, text, tuple(step for step in steps if step.amount != 0), previous.excluded, message)


def _times(step: Step, factor: float) -> Step:
    if is_adjustment(step.task) and step.task != "black_and_white":
        return replace(step, amount=round(clamp(step.task, (step.amount or 0.0) * factor), 4))
    return replace(step, strength=round(min(1.0, step.strength * factor), 4))


def everywhere(previous: Plan, text: str) -> Plan:
    """The plan without its places; of a step that was cut in two the first stays. Marks stay marks."""
    kept: dict[tuple[str, str], Step] = {}
    for step in previous.steps:
        kept.setdefault((step.task, step.part), step if step.task == "inpaint" else replace(step, region=None))
    return next_plan(previous, text, tuple(kept.values()), previous.excluded)


def missing(previous: Plan, text: str, ways: tuple[str, ...]) -> Plan:
    """The plan after somebody missed what the picture had: less of what took it away. ways: "temperature-" leads back to what was
    cool, "dehaze" took the haze away. Where nothing of the plan did, the last change is what is not liked."""
    tasks = tuple(dict.fromkeys(step.task for step in previous.steps if any(_took(step, way) for way in ways)))
    return scaled(previous, text, grammar.LESS, tasks) if tasks else undone(previous, text)


def _took(step: Step, way: str) -> bool:
    if way[-1] not in "+-":
        return step.task == way
    back = 1 if way[-1] == "+" else -1
    done = step.amount if step.amount is not None else 1.0
    return is_of(step, (way[:-1],)) and done * back < 0


def scaled_there(previous: Plan, text: str, factor: float, tasks: tuple[str, ...], where: Region) -> Plan:
    """More or less of all steps, or of those that were named, in one place; elsewhere they stay as they are. In a place that only
    a hand can show, what is more or less of an adjustment is a step of its own."""
    if not previous.steps:
        return Plan(text, reason="not_understood", message=NOTHING_YET, action="plan")
    found: dict[tuple[str, Region | None, str], Step] = {}
    unused: list[Unused] = []
    for step in previous.steps:
        there = [step]
        if not tasks or is_of(step, tasks):
            there = _by_hand(step, factor, where) if where.by_hand else _in_two(step, factor, where)
            if where.by_hand:
                unused = [Unused(where.by_hand, by_hand(where.by_hand, True, where.outside))]
        for each in there:
            if each.amount != 0:
                found.setdefault((each.task, each.region, each.part), each)
    steps = tuple(found.values())
    message = FULL if steps == previous.steps and factor > 1 and not unused else ""
    return replace(next_plan(previous, text, steps, previous.excluded, message), unused=tuple(unused))


def _in_two(step: Step, factor: float, where: Region) -> list[Step]:
    more = _times(step, factor)
    if more == step:
        return [step]
    there, elsewhere = cut(step.region, where)
    return [*(replace(more, region=each) for each in there), *(replace(step, region=each) for each in elsewhere)]


def _by_hand(step: Step, factor: float, where: Region) -> list[Step]:
    if not is_adjustment(step.task) or step.task == "black_and_white":
        return [step]
    more = clamp(step.task, (step.amount or 0.0) * factor) - (step.amount or 0.0)
    return [step, replace(step, amount=round(more, 4), region=together((where, *conditions(step.region))))]


def is_of(step: Step, names: tuple[str, ...]) -> bool:
    """Whether a step is meant by one of the names of tasks and adjustments, or by what people call a kind of them."""
    return step.task in names or any(step.task in kind and name in kind for name in names for kind in KINDS)


def without(previous: Plan, text: str, drops: tuple[str, ...]) -> Plan:
    """The plan without these tasks and adjustments, which are left alone from now on."""
    steps = tuple(step for step in previous.steps if not is_of(step, drops))
    return next_plan(previous, text, steps, [*previous.excluded, *drops])


def joined(previous: Plan, said: Plan, text: str) -> Plan:
    """A whole wish on top of the plan: a direction already taken goes further or back, anything else is added."""
    if not said.steps:
        if said.excluded:
            return replace(without(previous, text, said.excluded), unused=said.unused)
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
    plan = next_plan(previous, text, kept, excluded, said.message)
    return replace(outcomes.keeping(plan, said.keeps), message=plan.message, unused=said.unused, scale=said.scale or plan.scale)


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
