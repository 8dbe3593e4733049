"""The Plan: what an instruction was understood as. Pure data, no model, so that every layer of the house may hold one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from restored.adjustments.names import ADJUSTMENTS, RANGES, Adjustment, amount_words, is_adjustment
from restored.adjustments.names import label as adjustment_label
from restored.ground.errors import PlanError
from restored.ground.limits import SCALES
from restored.ground.tasks import CANNOT_YET, LABELS, Task, info, is_task, place
from restored.regions.names import Region, RegionError

Reason = Literal["empty", "off_topic", "asks_to_add", "asks_to_keep", "not_understood", "not_english", "cannot_yet"]

Part = Literal["", "light", "colour"]
"""Of a step's change: all of it, only that of the brightness, or only that of the colour ("only the colour noise")."""

Keep = Literal["colours", "texture"]
"""What stays beside all that a plan does: the colours, of steps that do not change them on purpose; much of the fine texture."""

Action = Literal["", "plan", "undo", "again", "reset", "why", "diagnose"]
"""What to do with a plan that answers something said of another; see `following.follow`. "diagnose": it answers "what is wrong
with it?", so that nothing is done before somebody asks for it."""

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to undo or improve, by a model (a task) or by formula (an adjustment).

    `confidence` is the calibrated probability in [0, 1] that the user wants this; `strength` in [0, 1] is how much of it
    (1 = all of it); `words` is the part of the instruction it came from (empty when a person added the step).
    `amount`: of an adjustment, signed, in the unit of `restored.adjustments.names`; None for a task. `region`: where; None is
    everywhere. `part`: of a task's change, see `Part`.
    """

    task: Task
    confidence: float = 1.0
    strength: float = 1.0
    words: str = ""
    amount: float | None = None
    region: Region | None = None
    part: Part = ""

    def __post_init__(self) -> None:
        if not is_task(self.task) and not is_adjustment(self.task):
            raise PlanError(f"“{self.task}” is not something I can do. I know: {', '.join((*LABELS, *ADJUSTMENTS))}.")
        if is_adjustment(self.task):
            low, high = RANGES[self.task]
            amount = self.amount
            if isinstance(amount, bool) or not isinstance(amount, int | float) or not low <= amount <= high:
                raise PlanError(f"The amount of “{self.task}” must lie between {low:g} and {high:g}.")
        elif self.amount is not None:
            raise PlanError(f"“{LABELS[self.task]}” has a strength, not an amount.")
        for name in ("confidence", "strength"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
                raise PlanError(f"The {name} of “{self.name}” must lie between 0 and 1.")
        if self.part not in get_args(Part):
            raise PlanError(f"A step changes all, the “light” or the “colour”, not “{self.part}”.")

    @property
    def adjustment(self) -> Adjustment | None:
        """The adjustment that this step is, if it is one."""
        return self.task if is_adjustment(self.task) else None

    @property
    def name(self) -> str:
        """What it treats, or the direction it goes: "noise", "warmer"."""
        return adjustment_label(self.task, self.amount or 0.0) if is_adjustment(self.task) else LABELS[self.task]

    @property
    def label(self) -> str:
        """What a person sees on a plan's chip: "noise", "warmer 40 %, only the sky"."""
        parts = [self.name]
        if is_adjustment(self.task) and self.task != "black_and_white" and self.amount is not None:
            parts[0] += f" {amount_words(self.task, self.amount)}"
        if self.part:
            parts[0] = f"{'luminance' if self.part == 'light' else 'colour'} {parts[0]}"
        return ", ".join([*parts, *([self.region.label] if self.region else [])])

    def to_dict(self) -> dict[str, Any]:
        """Plain maps for JSON and the wire. A client that knows only tasks shows the label and sends the rest back as it is."""
        data: dict[str, Any] = {
            "task": self.task,
            "label": self.label,
            "confidence": round(float(self.confidence), 4),
            "strength": round(float(self.strength), 4),
            "words": self.words,
        }
        if self.amount is not None:
            data["amount"] = round(float(self.amount), 4)
        if self.region is not None:
            data["region"] = self.region.to_dict()
        if self.part:
            data["part"] = self.part
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Step":
        """The inverse; an adjustment without an amount goes its plain way up. Raises PlanError."""
        from restored.adjustments.names import PLAIN

        task, region, amount = data["task"], data.get("region"), data.get("amount")
        try:
            where = None if region is None else Region.from_dict(region)
        except RegionError as error:
            raise PlanError(str(error)) from error
        return cls(
            task=task,
            confidence=data.get("confidence", 1.0),
            strength=data.get("strength", 1.0),
            words=str(data.get("words") or ""),
            amount=PLAIN[task] if amount is None and is_adjustment(task) else amount,
            region=where,
            part=data.get("part") or "",
        )


@dataclass(frozen=True, slots=True)
class Unused:
    """What was heard but cannot be done: the user's words, and a sentence that says why and what to do instead.

    task, model: the task that was understood, and the model that does not know it, when that is why (see `Plan.within`).
    """

    words: str
    message: str
    task: Task = ""
    model: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain maps for JSON and the wire; `task`, with its `label`, and `model` only where they say something."""
        data = {"words": self.words, "message": self.message}
        named = {"task": self.task, "label": LABELS.get(self.task, self.task), "model": self.model}
        return {**data, **named} if self.task else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Unused":
        """The inverse; what is missing is empty."""
        return cls(*(str(data.get(name) or "") for name in ("words", "message", "task", "model")))


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to take, in order; what the user excluded; and when there is nothing to do, the reason and a sentence.

    A plan has either steps or a reason, never both. `proposed` marks a plan made by looking at the picture ("fix my photo").
    `unused`: what was heard but cannot be done. `scale`: the enlargement that the words ask for ("2x"), None when they do not.
    `action` and `history` belong to a conversation, see `following`. `keeps`: what stays beside the steps.
    """

    text: str = ""
    steps: tuple[Step, ...] = ()
    excluded: tuple[Task, ...] = ()
    reason: Reason | None = None
    message: str = ""
    proposed: bool = False
    unused: tuple[Unused, ...] = ()
    scale: int | None = None
    action: Action = ""
    history: tuple["Plan", ...] = ()
    keeps: tuple[Keep, ...] = ()

    def __post_init__(self) -> None:
        tasks = {step.task for step in self.steps}
        if len({(step.task, step.region, step.part) for step in self.steps}) != len(self.steps):
            raise PlanError("A plan can name each task only once for the same place.")
        if any(not is_task(task) and not is_adjustment(task) for task in self.excluded):
            raise PlanError(f"A plan can exclude only these tasks: {', '.join((*LABELS, *ADJUSTMENTS))}.")
        if self.scale is not None and (isinstance(self.scale, bool) or self.scale not in SCALES):
            raise PlanError("A picture can be enlarged 2 or 4 times.")
        if tasks & set(self.excluded):
            raise PlanError("A plan cannot both do and exclude the same task.")
        if self.reason is not None and (self.reason not in REASONS or self.steps):
            raise PlanError("A plan with steps has no reason to do nothing.")

    @property
    def actionable(self) -> bool:
        """True when following the plan can change a picture."""
        return any(step.strength > 0 for step in self.steps)

    def strengths(self, tasks: Sequence[Task]) -> tuple[float, ...]:
        """Strength per task in the order of `tasks` (a model's own), 0 for those that are not in the plan."""
        strength: dict[str, float] = {}
        for step in self.steps:
            strength[step.task] = max(strength.get(step.task, 0.0), step.strength)
        return tuple(strength.get(task, 0.0) for task in tasks)

    @property
    def restoring(self) -> tuple[Step, ...]:
        """The steps that a model does, of some strength."""
        return tuple(step for step in self.steps if step.adjustment is None and step.strength > 0)

    @property
    def for_model(self) -> tuple[Step, ...]:
        """Those of `restoring` that the chosen model does; what a mask marks is filled without it."""
        return tuple(step for step in self.restoring if not info(step.task).needs_mask)

    @property
    def adjusting(self) -> tuple[Step, ...]:
        """The steps that a formula does, of some strength; they come after those of a model."""
        return tuple(step for step in self.steps if step.adjustment is not None and step.strength > 0)

    def within(self, tasks: Collection[Task], model: str) -> "Plan":
        """The plan as a model of this name, made for `tasks`, can follow it: a step that it does not know stands in `unused`,
        with its task. What needs no model stays: adjustments, and filling what is marked."""

        def known(step: Step) -> bool:
            return step.adjustment is not None or step.task in tasks or info(step.task).needs_mask

        unable = [step for step in self.steps if not known(step)]
        if not unable:
            return self
        said = [CANNOT_YET.format(model=model, task=step.name) for step in unable]
        left_out = (
            Unused(step.words or step.name, sentence, step.task, model) for step, sentence in zip(unable, said, strict=True)
        )
        steps = tuple(step for step in self.steps if known(step))
        return replace(
            self,
            steps=steps,
            unused=tuple(dict.fromkeys((*self.unused, *left_out))),
            message=" ".join(dict.fromkeys(filter(None, (self.message, *said)))),
            reason=self.reason if steps else "cannot_yet",
        )

    @property
    def unable(self) -> tuple[Unused, ...]:
        """What of `unused` another model may be able to do."""
        return tuple(item for item in self.unused if item.task)

    def in_apply_order(self) -> "Plan":
        """The same plan with its steps in the order in which damage is best undone (`restored.ground.tasks.place`), adjustments
        after them as they were said."""
        restoring = sorted((step for step in self.steps if step.adjustment is None), key=lambda step: place(step.task))
        return replace(self, steps=(*restoring, *(step for step in self.steps if step.adjustment is not None)))

    def to_dict(self) -> dict[str, Any]:
        """Plain maps and lists for JSON and the wire; each step also carries its human `label`."""
        return {
            "text": self.text,
            "steps": [step.to_dict() for step in self.steps],
            "excluded": list(self.excluded),
            "reason": self.reason,
            "message": self.message,
            "proposed": self.proposed,
            "unused": [item.to_dict() for item in self.unused],
            "scale": self.scale,
            **({"action": self.action} if self.action else {}),
            **({"keeps": list(self.keeps)} if self.keeps else {}),
            **({"history": [plan.to_dict() for plan in self.history]} if self.history else {}),
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
        unused = data.get("unused", ())
        if not _is_list(unused) or not all(isinstance(item, Mapping) for item in unused):
            raise PlanError("“unused” must be a list of what could not be done.")
        return cls(
            text=str(data.get("text") or ""),
            steps=tuple(Step.from_dict(step) for step in steps),
            excluded=tuple(excluded),
            reason=reason,
            message=str(data.get("message") or ""),
            proposed=bool(data.get("proposed", False)),
            unused=tuple(Unused.from_dict(item) for item in unused),
            scale=data.get("scale"),
            action=_action(data.get("action")),
            history=_plans(data.get("history")),
            keeps=_keeps(data.get("keeps")),
        )

    @classmethod
    def of(cls, *tasks: Task, strength: float = 1.0) -> "Plan":
        """A plan for exactly these tasks, as when a person chose them by hand."""
        return cls(steps=tuple(Step(task, strength=strength) for task in tasks))


def _action(given: object) -> Action:
    return given if given in get_args(Action) else ""  # type: ignore[return-value]


def _keeps(given: object) -> tuple[Keep, ...]:
    """Those that are known, each once."""
    return tuple(keep for keep in get_args(Keep) if _is_list(given) and keep in given)  # type: ignore[operator]


def _plans(given: object) -> tuple[Plan, ...]:
    """The plans of a history, the last twenty; those inside them have none of their own."""
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        return ()
    kept = [item for item in given if isinstance(item, Mapping)][-20:]
    return tuple(Plan.from_dict({name: value for name, value in item.items() if name != "history"}) for item in kept)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
