"""`run --continue`: a result's own recipe holds the plan that the words are said of."""

import filecmp
import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from restored.files import FileOrder

from . import console
from .recipes import read_recipe
from .wishes import make_wish

if TYPE_CHECKING:
    from restored.instruction.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class WentOn:
    """What is wished now; None where the result stays as it is, and `message` says why."""

    wish: FileOrder | None
    plan: dict[str, Any]
    message: str = ""


def going_on(instruction: str | None, source: Path, output: Path, *, masked: bool = False, **options: Any) -> WentOn:
    """What `instruction` makes of the result in `output`, of the picture in `source`. masked: a mask shows where; options: as of
    `make_wish`. Raises usage errors and Failure.

    After "start over" the words are a first wish again. A result of which only a share was applied goes on from what was done."""
    if instruction is None:
        raise typer.BadParameter('Say what to change, such as "a bit less".', param_hint="INSTRUCTION")
    if not os.path.exists(output):
        raise console.Failure(f"“{output}” does not exist yet: --continue goes on from a result. Leave it out the first time.")
    from restored.instruction.changed_plan import NOTHING_YET
    from restored.instruction.following import follow
    from restored.instruction.grammar.sentences import by_hand
    from restored.instruction.plan import Plan

    words = console.repaired(instruction) or ""
    recipe = {} if _is_copy(output, source) else read_recipe(output)
    before = Plan.from_dict(recipe.get("plan", {}))
    share = recipe.get("strength", 1.0) if options.get("strength") is None else 1.0
    if 0 < share < 1:
        before = replace(before, steps=tuple(replace(step, strength=step.strength * share) for step in before.steps))
        options["strength"] = 1.0
    plan = follow(before, words)
    if not before.steps and (plan.message == NOTHING_YET or plan.action == "again"):
        return WentOn(None, plan.to_dict(), f"“{words}”: {NOTHING_YET}")
    if not before.steps and not plan.steps and plan.action not in ("why", "again", "undo", "reset"):
        return WentOn(make_wish(words, **options), plan.to_dict())  # the picture may say what is to be done
    wish = make_wish(None, output, **options) if recipe else make_wish(words, **options)
    if plan.action == "why":
        return WentOn(None, plan.to_dict(), plan.message)
    if plan.action == "again":
        again = shlex.join(["restored", "run", str(output), "--recipe", str(output), "-o", f"{output.stem}-2{output.suffix}"])
        return WentOn(None, plan.to_dict(), f"For the same once more, on top of it, restore the result itself: {again}")
    given = [name for name, value in options.items() if value is not None and not (name == "strength" and share < 1)]
    if _says_nothing_new(before, plan) and not given:
        return WentOn(None, plan.to_dict(), f"“{words}”: {plan.message or 'that changes nothing here.'}")
    lost = None if masked else _lost(before, plan)
    if lost and lost.region:
        return WentOn(None, plan.to_dict(), by_hand(lost.region.by_hand, True, lost.region.outside))
    went_on = replace(wish, plan=plan.to_dict(), instruction=plan.text or wish.instruction, scale=plan.scale or wish.scale)
    return WentOn(went_on, plan.to_dict())


def _is_copy(output: Path, source: Path) -> bool:
    """Whether nothing is done in the result, as after "start over"."""
    return os.path.isfile(output) and os.path.isfile(source) and filecmp.cmp(source, output, shallow=False)


def _says_nothing_new(before: "Plan", after: "Plan") -> bool:
    return all(getattr(after, name) == getattr(before, name) for name in ("steps", "excluded", "scale", "keeps"))


def _lost(before: "Plan", after: "Plan") -> "Step | None":
    """A step that was done and is limited now to a place that only a hand can show: nothing would be left of it."""
    done, left = ({step.task for step in plan.steps if not (step.region and step.region.by_hand)} for plan in (before, after))
    return next((step for step in after.steps if step.task in done - left), None)
