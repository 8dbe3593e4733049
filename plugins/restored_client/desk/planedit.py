"""A plan as a person edits it: chips removed, weighed, reordered or added, and kept while the text goes on changing.

Host-neutral and without widgets. Plans are the wire's dicts: `{"text", "steps": [{"task", "label", "confidence", "strength",
"words", ("amount", "region", "part")}], "excluded", "reason", "message", "proposed", "unused", "scale"}`. What is not known here
goes back as it came.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Final, List, Mapping, Tuple

Step = Dict[str, Any]
EMPTY_PLAN: Dict[str, Any] = {"text": "", "steps": [], "excluded": [], "reason": "empty", "message": "", "proposed": False}


KNOWN_AS: Final = "known_as"
"""What a step was known by before its region was edited; for the windows, not for the wire."""

_SHAPE: Final = ("label", "threshold", "feather")
"""What of a region does not tell which one it is."""

AT_FIRST: Final[Dict[str, Dict[str, Any]]] = {
    "inpaint": {"places": ["marks"], "outside": False, "both": False, "label": "only the marks that I find"}
}
"""Where a step applies that was added by hand: what can be filled is to be looked at first."""


def identity(step: Mapping[str, Any]) -> str:
    """What a step is known by: its task, and where a plan has it for several places or parts, these too."""
    if step.get(KNOWN_AS):
        return str(step[KNOWN_AS])
    region, part = step.get("region"), step.get("part")
    if not region and not part:
        return str(step["task"])
    where = {name: value for name, value in region.items() if name not in _SHAPE} if isinstance(region, dict) else region
    return f"{step['task']}@{json.dumps([where, part], sort_keys=True)}"


def elsewhere(step: Mapping[str, Any], changes: Mapping[str, Any]) -> Step:
    """The same step in another region: `changes` are "threshold" and "feather" in [0, 1], and "outside": everywhere but there."""
    former = step["region"]
    region = {**former, **changes}
    said = str(former.get("label") or "")
    if said and bool(former.get("outside")) != bool(region.get("outside")):
        what, comma, place = said.rpartition(", ")  # "only the marks that I find, not the sky": the place behind them
        if not place.startswith(("only ", "not ")):
            what, comma, place = "", "", said
        for one, other in (("only ", "not "), ("not ", "only ")):
            if place.startswith(one):
                region["label"] = what + comma + other + place[len(one) :]
                break
    label = str(step.get("label") or "")
    return {
        **step,
        "region": region,
        "label": label.replace(said, str(region.get("label") or "")) if said else label,
        KNOWN_AS: identity(step),
    }


class PlanEdit:
    """What was understood, and what the person changed about it.

    Edits belong to a step's identity (mostly its task), not to a position, so that they survive the next keystroke: a removed
    chip stays away as long as the text still names it, and comes back when the text stopped naming it and names it again.
    """

    def __init__(self) -> None:
        self._plan: Dict[str, Any] = dict(EMPTY_PLAN)
        self._removed: List[str] = []
        self._weights: Dict[str, float] = {}
        self._added: Dict[str, str] = {}
        self._order: List[str] = []
        self._regions: Dict[str, Dict[str, Any]] = {}  # what was changed about where a step applies
        self._kept: Dict[str, Step] = {}  # steps of a kept plan that the text does not name, as they were

    @property
    def understood(self) -> Dict[str, Any]:
        """The last plan that was understood from the text, unedited."""
        return self._plan

    def take(self, plan: Dict[str, Any]) -> None:
        """A new plan was understood from the text."""
        self._plan = plan
        named = {identity(step) for step in plan.get("steps", ())}
        self._removed = [task for task in self._removed if task in named]
        self._added = {task: label for task, label in self._added.items() if task not in named}
        self._weights = {task: weight for task, weight in self._weights.items() if task in named or task in self._added}
        self._regions = {task: region for task, region in self._regions.items() if task in named or task in self._added}

    def forget(self) -> None:
        """Drop every edit, as when another instruction was chosen from the history."""
        self._removed, self._weights, self._added, self._order, self._kept = [], {}, {}, [], {}
        self._regions = {}

    def follow(self, plan: Dict[str, Any]) -> None:
        """Edit what was understood until its steps are those of `plan`, as it was kept in a preset or in a host's settings."""
        self.forget()
        steps = [step for step in plan.get("steps", ()) if isinstance(step, dict) and isinstance(step.get("task"), str)]
        understood = [identity(step) for step in self._plan.get("steps", ())]
        wanted = [identity(step) for step in steps]
        self._removed = [task for task in understood if task not in wanted]
        self._added = {
            identity(step): str(step.get("label") or step["task"]) for step in steps if identity(step) not in understood
        }
        self._kept = {identity(step): dict(step) for step in steps if identity(step) not in understood}
        places = {identity(step): step.get("region") for step in self._plan.get("steps", ())}
        for step in steps:
            region = step.get("region")
            if isinstance(region, dict) and region != places.get(identity(step), region):
                self.reshape(identity(step), region)
        strengths = {identity(step): step["strength"] for step in self.steps()}
        for step in steps:
            strength = step.get("strength", 1.0)
            if isinstance(strength, (int, float)) and strength != strengths[identity(step)]:
                self.weigh(identity(step), strength)
        if [identity(step) for step in self.steps()] != wanted:
            self._order = wanted

    @property
    def edited(self) -> bool:
        return bool(self._removed or self._weights or self._added or self._order or self._regions)

    def steps(self) -> List[Step]:
        """The steps as edited, in the person's order; new dicts."""
        steps = [dict(step) for step in self._plan.get("steps", ()) if identity(step) not in self._removed]
        for name, label in self._added.items():
            by_hand: Step = {"task": name, "label": label, "confidence": 1.0, "strength": 1.0, "words": ""}
            if name in AT_FIRST:
                where = dict(AT_FIRST[name])
                by_hand = {**by_hand, "label": f"{label}, {where['label']}", "region": where, KNOWN_AS: name}
            steps.append(dict(self._kept.get(name, by_hand)))
        for index, step in enumerate(steps):
            step["strength"] = self._weights.get(identity(step), step.get("strength", 1.0))
            changes = self._regions.get(identity(step))
            if changes and isinstance(step.get("region"), dict):
                steps[index] = elsewhere(step, changes)
        if self._order:
            place = {name: index for index, name in enumerate(self._order)}
            steps.sort(key=lambda step: place.get(identity(step), len(place)))
        return steps

    def remove(self, task: str) -> None:
        self._weights.pop(task, None)
        if self._added.pop(task, None) is None and task not in self._removed:
            self._removed.append(task)

    def add(self, task: str, label: str) -> None:
        """Bring a task in by hand: a removed one comes back, any other is appended."""
        if task in self._removed:
            self._removed.remove(task)
        elif all(identity(step) != task for step in self.steps()):
            self._added[task] = label

    def weigh(self, task: str, strength: float) -> None:
        """How much of one step is wanted, clamped to [0, 1]."""
        self._weights[task] = min(1.0, max(0.0, round(float(strength), 4)))

    def reshape(self, task: str, changes: Mapping[str, Any]) -> None:
        """Where a step applies, changed: see `elsewhere`. Numbers are clamped to [0, 1]."""
        known = self._regions.setdefault(task, {})
        for name in ("threshold", "feather"):
            if name in changes:
                known[name] = min(1.0, max(0.0, round(float(changes[name]), 4)))
        if "outside" in changes:
            known["outside"] = bool(changes["outside"])

    def move(self, task: str, places: int) -> None:
        """Move a step earlier (negative) or later; beyond an end it stays at that end."""
        order = [identity(step) for step in self.steps()]
        if task not in order:
            return
        index = order.index(task)
        target = min(len(order) - 1, max(0, index + places))
        if target != index:
            order.insert(target, order.pop(index))
            self._order = order

    @property
    def actionable(self) -> bool:
        """True when following the edited plan can change a picture."""
        return any(step["strength"] > 0 for step in self.steps())

    def to_dict(self) -> Dict[str, Any]:
        """The plan to send: what was understood when nothing was edited, else the edited steps."""
        plan = dict(self._plan)
        plan["steps"] = steps = [{name: value for name, value in step.items() if name != KNOWN_AS} for step in self.steps()]
        tasks = {step["task"] for step in steps}
        plan["excluded"] = [task for task in self._plan.get("excluded", ()) if task not in tasks]
        if steps:
            plan["reason"], plan["message"] = None, self._plan.get("message", "") if not self.edited else ""
        return plan

    def key(self) -> Tuple[Any, ...]:
        """Equal keys mean equal pixels: the text (a model may be conditioned on it) and the steps with their strengths."""
        text = " ".join(str(self._plan.get("text", "")).split())
        return (text, *self._plan.get("keeps", ()), *(_pixels_of(step) for step in self.steps()))

    def is_as(self, plan: Dict[str, Any]) -> bool:
        """Whether another plan, of the same words, asks for the same pixels."""
        other = PlanEdit()
        other.take(plan)
        return other.key() == self.key()


def _pixels_of(step: Step) -> Tuple[Any, ...]:
    """What of a step decides about pixels."""
    amount, region = step.get("amount"), step.get("region")
    found: Tuple[Any, ...] = (identity(step), step["strength"])
    if amount is not None:
        found += (amount,)
    if isinstance(region, dict):
        found += tuple((name, region[name]) for name in ("outside", "threshold", "feather") if name in region)
    return found
