"""Hyperparameters out of a bundle's or a run's file: what each family checks of its own, and how they are written back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from restored.ground.tasks import Task, is_task

from .base import ModelError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def plain(config: DataclassInstance) -> dict[str, Any]:
    """As plain values for `bundle.json`."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(config).items()}


def whole_numbers(whose: str, values: Any) -> tuple[int, ...]:
    """A list of whole numbers from 0 up. whose: the beginning of the sentence. Raises ModelError."""
    if not isinstance(values, (list, tuple)) or any(type(value) is not int or value < 0 for value in values):
        raise ModelError(f"{whose} must be a list of whole numbers, not {values!r}.")
    return tuple(values)


def different_tasks(whose: str, values: Any) -> tuple[Task, ...]:
    """A list of tasks that this version knows, each once; it may be empty. Raises ModelError."""
    if not isinstance(values, (list, tuple)) or not all(map(is_task, values)) or len(set(values)) < len(values):
        raise ModelError(f"{whose} must be different tasks that this version of restored knows, not {values!r}.")
    return tuple(values)
