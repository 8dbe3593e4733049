"""Where things are: the repository, and the shared data beside it."""

import os
from pathlib import Path

from restored.instruction.tasks import TASKS, Task, is_task

from .photographs import DataError


def repository() -> Path:
    """The root of the checkout this package runs from; the current folder for an installed package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").exists() else Path.cwd()


def shared() -> Path:
    """The shared folder: $RESTORED_SHARED, else `../shared` beside the repository."""
    return Path(os.environ.get("RESTORED_SHARED") or repository().parent / "shared")


def bench_folder(given: Path | None) -> Path:
    """The bench, as given or in the shared folder. Raises DataError when it is not there."""
    return _existing(given or shared() / "data" / "bench", "the bench", "--bench")


def photograph_folder(given: Path | None) -> Path:
    """The free photographs, as given or in the shared folder. Raises DataError when they are not there."""
    return _existing(given or shared() / "data" / "train" / "free", "the photographs", "--photographs")


def known_task(name: str) -> Task:
    """`name` as a task. Raises DataError."""
    if not is_task(name):
        raise DataError(f"“{name}” is not a task. The tasks are {', '.join(TASKS)}.")
    return name


def _existing(path: Path, what: str, option: str) -> Path:
    if not path.exists():
        raise DataError(f"I cannot find {what} at {path}. Say where they are with {option}.")
    return path
