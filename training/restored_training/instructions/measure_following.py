"""How what is said of a plan is understood, on tests/backend/instruction/held_out_following.txt:
`python -m restored_training.instructions.measure_following LIST`."""

import sys
from pathlib import Path

from rich.console import Console

from restored.instruction import explain
from restored.instruction.following import follow
from restored.instruction.plan import Plan, Step

from .evaluate import wilson

STANDING = "remove the noise, brighten it and make it warmer"


def _size(step: Step) -> float:
    return abs(step.amount) if step.amount is not None else step.strength


def effect_of(before: Plan, after: Plan, wanted: str) -> bool:
    """Whether the plan changed as a line of the list says."""
    old, new = ({step.task: step for step in plan.steps} for plan in (before, after))
    if wanted == "-":
        return True
    if wanted in ("less", "more"):
        sign = -1 if wanted == "less" else 1
        # what is done already cannot be done more
        moved = [(_size(new[task]) - _size(old[task])) * sign for task in old if task in new]
        return old.keys() == new.keys() and all(move >= 0 for move in moved) and any(move > 0 for move in moved)
    if wanted[0] == "-":
        return new.keys() == old.keys() - {wanted[1:]}
    if wanted[0] == "+":
        return new.keys() == old.keys() | {wanted[1:]}
    if wanted[0] == "@":
        outside = wanted[1] == "!"
        place = wanted.lstrip("@!")
        regions = [step.region for step in after.steps]
        return all(region is not None and region.places == (place,) and region.outside == outside for region in regions)
    task, sign = wanted[:-1], -1 if wanted[-1] == "<" else 1
    others = all(_size(new[name]) == _size(old[name]) for name in old if name != task and name in new)
    return others and task in new and (_size(new[task]) - _size(old[task])) * sign > 0


def measure_following(path: Path) -> list[tuple[str, bool]]:
    """(line, right?) for every line."""
    first = explain(STANDING)
    before = follow(follow(first, "less"), "more")  # a little history to undo
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        action, effect, text = line.split("|", 2)
        after = follow(before, text)
        rows.append((line, after.action == action and effect_of(before, after, effect)))
    return rows


def main() -> None:
    rows = measure_following(Path(sys.argv[1]))
    right = sum(good for _, good in rows)
    low, high = wilson(right, len(rows))
    console = Console(width=110)
    console.print(f"{right} of {len(rows)}: {100 * right / len(rows):.1f} % ({100 * low:.1f} – {100 * high:.1f})")
    for line, good in rows:
        if not good:
            console.print(f"  {line}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
