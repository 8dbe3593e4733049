"""How what is said of a plan is understood: `python -m restored_training.instructions.measure_following LIST ...`.

A list has lines of `action|effects|sentence`; `= SENTENCE` sets the plan that stands for those that follow. Effects, all of which
must hold and nothing else: less, more (of all steps), = (the plan stays as it is), none (no step is left), -TASK, +TASK, TASK< or
TASK> (less or more of one), @place or @!place (all steps limited), TASK@place (one step limited); - asks for the action alone.
Between readings of which each is right stands " or ".
`praise` is no action of a plan: it stays, and says so. Of a plan that brightens by the program's judgement, `exposure` is that.
"""

import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from restored.instruction import explain
from restored.instruction.following import GOOD, follow
from restored.instruction.plan import Plan, Step
from restored.regions.narrowing import conditions

from .evaluate import wilson
from .measure import lies_in

STANDING = "remove the noise, brighten it and make it warmer"


LIT: Final = {"lowlight": "exposure"}


def _size(step: Step) -> float:
    return abs(step.amount) if step.amount is not None else step.strength


def _steps(plan: Plan) -> dict[str, Step]:
    return {step.task: step for step in plan.steps}


def effect_of(before: Plan, after: Plan, wanted: str) -> bool:
    """Whether the plan changed as one reading of a line of the list says, and in nothing else."""
    return any(_effect_of(before, after, reading) for reading in wanted.split(" or "))


def _effect_of(before: Plan, after: Plan, wanted: str) -> bool:
    """Whether the plan changed as one reading says."""
    old, new = _steps(before), _steps(after)
    if "exposure" in wanted and "exposure" not in old | new:
        old, new = ({LIT.get(task, task): step for task, step in steps.items()} for steps in (old, new))
    if wanted == "-":
        return True
    if wanted == "=":
        return before.steps == after.steps
    if wanted == "none":
        return not after.steps
    if wanted in ("less", "more"):
        sign = -1 if wanted == "less" else 1
        # what is done already cannot be done more
        moved = [(_size(new[task]) - _size(old[task])) * sign for task in old if task in new]
        return old.keys() == new.keys() and all(move >= 0 for move in moved) and any(move > 0 for move in moved)
    if wanted[0] == "@":
        return old.keys() == new.keys() and all(_lies(step, wanted[1:]) for step in after.steps)
    effects = wanted.split()
    names = set(old)
    touched: set[str] = set()
    for effect in effects:
        if effect[0] == "-":
            names.discard(effect[1:])
            touched.add(effect[1:])
        elif effect[0] == "+":
            names.add(effect[1:])
            touched.add(effect[1:])
        elif not _changed(old, new, effect):
            return False
        else:
            touched.add(effect.rstrip("<>").split("@")[0])
    return new.keys() == names and all(new[name] == old[name] for name in names - touched if name in old)


def _lies(step: Step, place: str) -> bool:
    """Whether a step is limited to a place, or with ! before it to all but that."""
    return any(lies_in(part, place) for part in conditions(step.region))


def _changed(old: dict[str, Step], new: dict[str, Step], effect: str) -> bool:
    """TASK<, TASK> or TASK@place."""
    if "@" in effect:
        task, place = effect.split("@")
        return task in new and _lies(new[task], place)
    task, sign = effect[:-1], -1 if effect[-1] == "<" else 1
    return task in new and task in old and (_size(new[task]) - _size(old[task])) * sign > 0


def measure_following(path: Path) -> list[tuple[str, bool, Plan]]:
    """(line, right?, the plan after it) for every line."""
    before = _standing(STANDING)
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            before = _standing(line[1:].strip())
        if not line.strip() or line[0] in "#=":
            continue
        action, effect, text = line.split("|", 2)
        after = follow(before, text)
        if action == "praise":
            right = after.steps == before.steps and after.message == GOOD
        else:
            right = after.action == action and effect_of(before, after, effect)
        rows.append((line, right, after))
    return rows


def _standing(text: str) -> Plan:
    """The plan of a text with a little history to undo."""
    return follow(follow(explain(text), "less"), "a bit more")


def print_following(path: Path, console: Console, misses: bool = True) -> None:
    """How many lines of a list are right, and those that are not."""
    rows = measure_following(path)
    right = sum(good for _, good, _ in rows)
    low, high = wilson(right, len(rows))
    console.print(
        f"{path.name}: {right} of {len(rows)}: {100 * right / len(rows):.1f} % ({100 * low:.1f} – {100 * high:.1f})",
        highlight=False,
    )
    for line, good, plan in rows:
        if misses and not good:
            did = ", ".join(step.label for step in plan.steps) or plan.reason or "nothing"
            console.print(f"  {line}  -> {plan.action}: {did}", markup=False, highlight=False)


def main(paths: list[str]) -> None:
    for path in paths:
        print_following(Path(path), Console(width=110))


if __name__ == "__main__":
    main(sys.argv[1:])
