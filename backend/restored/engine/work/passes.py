"""A plan as passes of a model: one where the model does several tasks together, else one per step, in the tasks' order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from restored.engine.picture.pixels import Floats
from restored.ground.tasks import Task, info
from restored.instruction.plan import Part, Plan, Step
from restored.models.base import Model, Request
from restored.models.bundle import Bundle
from restored.regions import Region


@dataclass(frozen=True, slots=True)
class Pass:
    """One run of the model over the picture; `blend` is how much of its change is taken (1 where the model itself heeds the
    plan's strengths). region: where it is taken; part: whether only its light or its colour is. reduced: by how much the picture
    is reduced for it; what is changed there is taken, enlarged, for the picture itself. finer: only what is finer than the cells
    of such a reduction is taken (1: all of it)."""

    request: Request
    blend: float
    region: Region | None = None
    part: Part = ""
    reduced: int = 1
    finer: int = 1

    @property
    def tasks(self) -> list[Task]:
        return [step.task for step in self.request.plan.steps]


def plan_passes(
    model: Model, bundle: Bundle, plan: Plan, context: Floats, *, text: str | None, embedding: Floats | None
) -> list[Pass]:
    """The passes for a plan of steps that this model knows (`Plan.within`). context: (h, w, 3)."""
    steps = plan.restoring
    frame = np.ascontiguousarray(context.transpose(2, 0, 1)[None])
    if model.composite:
        vector = _embedding(model, text or plan.text or _phrase(steps[0]), embedding, bundle)
        groups: dict[tuple[Region | None, Part], list[Step]] = {}
        for step in steps:
            groups.setdefault((step.region, step.part), []).append(step)
        return [
            Pass(Request(replace(plan, steps=tuple(together)), vector, frame), 1.0, region, part)
            for (region, part), together in groups.items()
        ]
    passes = []
    for step in replace(plan, steps=steps).in_apply_order().steps:
        alone = len(steps) == 1 and not plan.unable
        words = (text or plan.text) if alone else ""
        vector = _embedding(model, words or _phrase(step), embedding if alone else None, bundle)
        request = Request(Plan(steps=(replace(step, strength=1.0),)), vector, frame)
        passes.append(Pass(request, step.strength, step.region, step.part))
    return passes


def with_reduced(model: Model, passes: Sequence[Pass], reduction: int) -> list[Pass]:
    """The same, those of what grows with a picture in two: on the picture reduced so much, and on itself for what is finer than
    that shows. A model that works coarse to fine there sees to it itself."""
    found = []
    for each in passes:
        grows = all(info(task).grows for task in each.tasks) and not model.reductions(each.request.plan)
        if reduction == 1 or not grows:
            found.append(each)
        else:
            found += [replace(each, reduced=reduction), replace(each, finer=reduction)]
    return found


def _embedding(model: Model, words: str, given: Floats | None, bundle: Bundle) -> Floats | None:
    if not model.reads_text:
        return None
    return np.asarray(bundle.embed(words) if given is None else given, np.float32)


def _phrase(step: Step) -> str:
    return info(step.task).phrase
