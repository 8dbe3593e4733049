"""The same evaluation in several processes: sets do not depend on each other, and one thread each uses every core best."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from .run import Part, Scope, Tell, all_sets, assemble, measure_part, one_line, parts
from .samples import Set
from .subjects import Subject, load_subject


@dataclass(frozen=True, slots=True)
class Opening:
    """How a process opens its own copy of what is measured; see `load_subject`. wordings: also understand sentences."""

    path: Path
    device: str = "cpu"
    bf16: bool = False
    engine: bool = False
    wordings: bool = False


def evaluate_parallel(
    opening: Opening,
    scope: Scope,
    processes: int,
    *,
    tell: Tell = lambda _: None,
    keep: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """As `evaluate`, in `processes` processes of one thread each; the figures are the same, `tell` hears them as they come.

    Raises what `load_subject` and `measure_part` raise.
    """
    began = time.monotonic()
    name = _open(opening).name  # what cannot be opened is said here, and not as a broken pool
    measured: dict[Part, Any] = {}
    wanted = parts(scope, all_sets(scope), wordings=opening.wordings)
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (opening, scope)) as pool:
        # the tables run longest: begun last, one of them would be waited for alone
        waiting = {pool.submit(_measure, part): part for part in sorted(wanted, key=lambda part: isinstance(part, int))}
        for done in as_completed(waiting):
            part = waiting[done]
            measured[part] = done.result()
            if isinstance(part, int):
                tell(one_line(measured[part]))
            keep(assemble(name, scope, _ordered(measured, wanted)))
    return assemble(name, scope, _ordered(measured, wanted)) | {"seconds": time.monotonic() - began}


def _ordered(measured: dict[Part, Any], wanted: list[Part]) -> dict[Part, Any]:
    return {part: measured[part] for part in wanted if part in measured}


def _open(opening: Opening) -> Subject:
    return load_subject(opening.path, device=opening.device, bf16=opening.bf16, engine=opening.engine)


_subject: Subject
_opening: Opening
_scope: Scope
_sets: list[Set]


def _begin(opening: Opening, scope: Scope) -> None:
    global _subject, _opening, _scope, _sets
    torch.set_num_threads(1)
    _subject = _open(opening)
    _opening, _scope, _sets = opening, scope, all_sets(scope)


def _measure(part: Part) -> Any:
    explain = None
    if _opening.wordings:
        from restored.instruction import explain
    return measure_part(_subject, _scope, _sets, part, explain)
