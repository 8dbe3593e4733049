"""The tasks that a sentence can be understood as: those of the head's tensors. All tasks stand in `restored.ground.tasks`."""

from restored.ground.tasks import APPLY_ORDER, FIRST_TASKS, LABELS, Task, is_task

TASKS = FIRST_TASKS
"""What the head knows so far, in the order of its tensors."""

__all__ = ["APPLY_ORDER", "LABELS", "TASKS", "Task", "is_task"]
