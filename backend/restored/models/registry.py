"""Every model family, and the bundle that is used when none is named. Outside a family's folder this is the only place that
names it."""

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from .base import Model, ModelError
from .family import Family

if TYPE_CHECKING:
    import numpy as np

    from .restorer import Restorer

DEFAULT_FAMILY: Final = "swift"
DEFAULT_BUNDLE: Final = "swift"

MOST_OF_ANYTHING: Final = 4096
"""Channels, blocks, ranks: more than any network here has."""
MOST_LEVELS: Final = 64
"""Entries of a list: levels, tasks."""

GET_TORCH: Final = (
    "It comes with the GPU pack: restored gpu install FILE..."
    if getattr(sys, "frozen", False)
    else "Install it with: pip install 'restore-with-instruction[torch]'"
)

_families: dict[str, str | Family] = {
    "swift": "restored.models.swift.family",
    "instructir": "restored.models.instructir.family",
    "instruct_ipt": "restored.models.instruct_ipt.family",
    "infill": "restored.models.infill.family",
}
"""Name -> the module whose FAMILY it is, imported when first asked for; or a family that a package of one's own added."""


def names() -> tuple[str, ...]:
    """The names of all families."""
    return tuple(_families)


def family(name: str) -> Family:
    """The family of this name. Raises ModelError with a sentence when there is none."""
    entry = _families.get(name)
    if entry is None:
        raise ModelError(f"Models of the family “{name}” are not known here. Known: {', '.join(_families)}.")
    try:
        return import_module(entry).FAMILY if isinstance(entry, str) else entry
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise _without_torch(name) from missing


def add(entry: Family) -> None:
    """Enter a family of a package of one's own. Raises ValueError for a name that is taken."""
    if _families.setdefault(entry.name, entry) != entry:
        raise ValueError(f"There is a family “{entry.name}” already.")


def build(name: str, architecture: Mapping[str, Any]) -> "Restorer":
    """A network with fresh weights. Raises ModelError for an unknown family or hyperparameters it does not have."""
    check_modest(architecture)
    entry = family(name)
    if importlib.util.find_spec("torch") is None:
        raise _without_torch(name)
    with _sentences(name):
        return entry.network(architecture)


def build_light(name: str, architecture: Mapping[str, Any], arrays: "Mapping[str, np.ndarray]") -> Model:
    """The form without torch, of a family that has one, with these weights. Raises ModelError."""
    check_modest(architecture)
    with _sentences(name):
        return family(name).light(architecture, arrays)


def check_modest(architecture: Mapping[str, Any]) -> None:
    """Raise ModelError for hyperparameters that no network here has: a bundle of a few bytes could otherwise ask for one that
    takes all memory before its weights are looked at."""
    for name, value in architecture.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            whole = not isinstance(each, int) or 0 <= each <= MOST_OF_ANYTHING
            if not whole or not isinstance(each, str | int | float | None):
                raise ModelError(
                    f"The hyperparameters of this model are not valid: no network here has such a “{str(name)[:40]}”."
                )
        if isinstance(value, list | tuple | str) and len(value) > MOST_LEVELS:
            raise ModelError(f"The hyperparameters of this model are not valid: its “{str(name)[:40]}” is too long.")


def _without_torch(name: str) -> ModelError:
    return ModelError(f"Models of the family “{name}” compute with PyTorch, which is not installed. {GET_TORCH}")


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError) as wrong:
        raise ModelError(f"The hyperparameters of this “{name}” model are not valid: {wrong}") from wrong
