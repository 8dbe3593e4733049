"""Experts: what a model knows of one task, trained alone, and joined again into one model (`restored_training.export.join`).

Where only one plan is compiled into the weights at a time, what belongs to a task can be trained by itself, in a process of its
own and with what is right for its damage, while everything that the tasks share keeps still.
"""

from restored.models.restorer import Restorer


def freeze_shared(model: Restorer) -> None:
    """Let only what belongs to the model's own tasks learn."""
    for name, weight in model.named_parameters():
        served = model.serves(name)
        weight.requires_grad_(model.is_of_tasks(name) or (served is not None and served in (model.tasks or ())))
