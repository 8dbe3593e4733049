"""What will be done to a picture, decided before anything is done: stages, scans, tiles and shares of the progress.

Pure: no pixel is read here and no memory measured.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from restored.ground.tasks import every, info
from restored.instruction.plan import Plan, Step
from restored.models.base import Model
from restored.models.coarse import usable

from .tiles import Tiling, lay_tiles


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of a job's progress something is: from `start` on, `length` long."""

    start: float
    length: float

    def of(self, fraction: float) -> float:
        """The job's progress when so much of this part is done."""
        return round(self.start + self.length * fraction, 12)


LEARNED: Final = 1200
"""Pixels of the shorter side of the photographs that models learn rain and snow from, about: they are reduced ones."""

MOST_REDUCED: Final = 4

WHOLE: Share = Share(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is done at one size of the picture: `scale` times its own."""

    plan: Plan
    scale: int
    share: Share


@dataclass(frozen=True, slots=True)
class ScheduledScan:
    """One run of the model over the picture reduced by `factor`, in tiles, as part of pass number `index`."""

    index: int
    factor: int
    last: bool
    tiling: Tiling
    share: Share


def stages(plan: Plan, scale: int) -> list[Stage]:
    """At the picture's own size what is there, if anything, and on its enlargement the rest: noise, blur and light are learned
    and seen best before an enlargement smears them, and cost less there; only detail is added after it, and adjustments last."""
    large = tuple(step for step in plan.steps if _enlarges(step) and step.strength > 0)
    small = tuple(step for step in plan.restoring if not _enlarges(step))
    if scale == 1 or not large or not small:
        return [Stage(plan, scale, WHOLE)]
    first = 1 / (1 + scale * scale)
    late = replace(plan, steps=(*large, *plan.adjusting))
    return [Stage(replace(plan, steps=small), 1, Share(0.0, first)), Stage(late, scale, Share(first, 1 - first))]


def with_resolution(plan: Plan, able: Sequence[str], scale: int) -> Plan:
    """Asking for a larger picture asks for its detail too, unless it is excluded or the model (its tasks: able) cannot."""
    detail = next(row.id for row in every() if row.enlarges)
    asked = any(_enlarges(step) for step in plan.steps)
    if scale == 1 or asked or detail in plan.excluded or detail not in able:
        return plan
    return replace(plan, steps=(*plan.steps, Step(detail)))


def reduction(height: int, width: int) -> int:
    """By how much a picture of this size is reduced so that what grows with it (`TaskInfo.grows`) is as large as models know it;
    1: it is not. A streak of 30 px on a small picture has 150 on one of 24 megapixels, and seemed to be no rain at all."""
    return max(1, min(MOST_REDUCED, min(height, width) // LEARNED))


def scans(
    model: Model,
    plans: Sequence[Plan],
    height: int,
    width: int,
    side: Callable[[int], int],
    reduced: Sequence[int] | None = None,
) -> list[ScheduledScan]:
    """Every run of a model over a picture, in order. plans: one per pass; side: the largest window side for an overlap; reduced:
    for each pass, by how much the picture that it is done on is reduced (1 everywhere).

    The progress is shared by pixels: a picture reduced by f counts 1 / f^2.
    """
    each = [
        (factor,) if factor > 1 else (*usable(model.reductions(plan), height, width), 1)
        for plan, factor in zip(plans, reduced or [1] * len(plans), strict=True)
    ]
    parts = shares(each)
    found = []
    for index, (plan, factors) in enumerate(zip(plans, each, strict=True)):
        overlap = model.overlap(plan)
        for factor in factors:
            tiling = lay_tiles(
                -(-height // factor),
                -(-width // factor),
                side=side(overlap),
                stride=model.stride,
                halo=overlap,
                margin=model.stride if model.edge == "mirror" else 0,
            )
            found.append(ScheduledScan(index, factor, index == len(plans) - 1, tiling, next(parts)))
    return found


def shares(passes: Sequence[Sequence[int]]) -> Iterator[Share]:
    """The share of each scan, in order; passes: the factors of each pass's scans."""
    pixels = [1 / factor**2 for factors in passes for factor in factors]
    done = 0.0
    for part in pixels:
        yield Share(done / sum(pixels), part / sum(pixels))
        done += part


def _enlarges(step: Step) -> bool:
    return step.adjustment is None and info(step.task).enlarges
