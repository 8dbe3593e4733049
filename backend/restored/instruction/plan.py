"""The Plan: what an instruction was understood as. Pure data, no model, so that every layer of the house may hold one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from restored.ground.tasks import LABELS, Task, is_task, place

Reason = Literal["empty", "off_topic", "asks_to_add", "asks_to_keep", "not_understood", "not_english"]

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class PlanError(ValueError):
    """A plan that cannot be followed; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to undo or improve.

    `confidence` is the calibrated probability in [0, 1] that the user wants this; `strength` in [0, 1] is how much of it
    (1 = all of it); `words` is the part of the instruction it came from (empty when a person added the step).
    """

    task: Task
    confidence: float = 1.0
    strength: float = 1.0
    words: str = ""

    def __post_init__(self) -> None:
        if not is_task(self.task):
            raise PlanError(f"“{self.task}” is not something I can do. I know: {', '.join(LABELS)}.")
        for name in ("confidence", "strength"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
                raise PlanError(f"The {name} of “{LABELS[self.task]}” must lie between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to take, in order; the tasks the user excluded; and when there is nothing to do, the reason and a sentence.

    A plan has either steps or a reason, never both. `proposed` marks a plan made by looking at the picture ("fix my photo").
    """

    text: str = ""
    steps: tuple[Step, ...] = ()
    excluded: tuple[Task, ...] = ()
    reason: Reason | None = None
    message: str = ""
    proposed: bool = False

    def __post_init__(self) -> None:
        tasks = [step.task for step in self.steps]
        if len(set(tasks)) != len(tasks):
            raise PlanError("A plan can name each task only once.")
        if any(not is_task(task) for task in self.excluded):
            raise PlanError(f"A plan can exclude only these tasks: {', '.join(LABELS)}.")
        if set(tasks) & set(self.excluded):
            raise PlanError("A plan cannot both do and exclude the same task.")
        if self.reason is not None and (self.reason not in REASONS or self.steps):
            raise PlanError("A plan with steps has no reason to do nothing.")

    @property
    def actionable(self) -> bool:
        """True when following the plan can change a picture."""
        return any(step.strength > 0 for step in self.steps)

    def strengths(self, tasks: Sequence[Task]) -> tuple[float, ...]:
        """Strength per task in the order of `tasks` (a model's own), 0 for those that are not in the plan."""
        strength = {step.task: step.strength for step in self.steps}
        return tuple(strength.get(task, 0.0) for task in tasks)

    def in_apply_order(self) -> "Plan":
        """The same plan with its steps in the order in which damage is best undone (`restored.ground.tasks.place`)."""
        return replace(self, steps=tuple(sorted(self.steps, key=lambda step: place(step.task))))

    def to_dict(self) -> dict[str, Any]:
        """Plain maps and lists for JSON and the wire; each step also carries its human `label`."""
        return {
            "text": self.text,
            "steps": [
                {
                    "task": step.task,
                    "label": LABELS[step.task],
                    "confidence": round(float(step.confidence), 4),
                    "strength": round(float(step.strength), 4),
                    "words": step.words,
                }
                for step in self.steps
            ],
            "excluded": list(self.excluded),
            "reason": self.reason,
            "message": self.message,
            "proposed": self.proposed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Plan":
        """The inverse of `to_dict`, for plans that a client edited. Unknown keys are ignored; raises PlanError."""
        if not isinstance(data, Mapping):
            raise PlanError("A plan must be a map with “steps”.")
        steps = data.get("steps", ())
        excluded = data.get("excluded", ())
        if not _is_list(steps) or not all(isinstance(step, Mapping) and "task" in step for step in steps):
            raise PlanError("Each step of a plan must name its task.")
        if not _is_list(excluded):
            raise PlanError("“excluded” must be a list of tasks.")
        reason = data.get("reason")
        return cls(
            text=str(data.get("text") or ""),
            steps=tuple(
                Step(
                    task=step["task"],
                    confidence=step.get("confidence", 1.0),
                    strength=step.get("strength", 1.0),
                    words=str(step.get("words") or ""),
                )
                for step in steps
            ),
            excluded=tuple(excluded),
            reason=reason,
            message=str(data.get("message") or ""),
            proposed=bool(data.get("proposed", False)),
        )

    @classmethod
    def of(cls, *tasks: Task, strength: float = 1.0) -> "Plan":
        """A plan for exactly these tasks, as when a person chose them by hand."""
        return cls(steps=tuple(Step(task, strength=strength) for task in tasks))


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
