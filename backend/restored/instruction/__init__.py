"""Instruction -> Plan. Light to import: models load on the first use."""

from .plan import REASONS, Plan, PlanError, Reason, Step
from .tasks import APPLY_ORDER, LABELS, TASKS, Task
from .understanding import embed, explain, warm

__all__ = [
    "APPLY_ORDER",
    "LABELS",
    "REASONS",
    "TASKS",
    "Plan",
    "PlanError",
    "Reason",
    "Step",
    "Task",
    "embed",
    "explain",
    "warm",
]
