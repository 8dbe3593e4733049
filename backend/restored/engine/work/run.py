"""One job carried out: a layer and a plan in, a restored layer out.

Marks are looked for and filled first; a network restores what is then whole (`staged`), and a plan of adjustments alone needs
none (`directly`).
"""

import time
from dataclasses import replace
from typing import Final

import numpy as np

from restored.engine.machine.devices import Devices
from restored.engine.machine.load import LoadMeter
from restored.engine.machine.store import Store
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Layer, check_layer
from restored.filling.holes import WHERE
from restored.ground.errors import EngineError
from restored.ground.tasks import LABELS
from restored.instruction.plan import Plan
from restored.models.bundle import Bundle

from .conduct import Cancel, never
from .directly import adjusted
from .filling import Filled, FillTools, filled, filling, without_filling
from .inference import Tools
from .job import Job
from .marks import found_in
from .outcome import EngineResult, Progress, part_of, silent
from .schedule import WHOLE, Share, with_resolution
from .staged import restored_in_stages
from .step_scope import scope_of, without_selection

FILLING: Final = Share(0.0, 0.15)
"""The share of a job's progress that filling takes when there is more to do."""

FINDING: Final = Share(0.0, 0.2)
"""The share of a job's progress that looking for marks takes, where it is asked for."""


def carry_out(
    store: Store,
    devices: Devices,
    image: np.ndarray,
    plan: Plan,
    job: Job,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> EngineResult:
    """What `Engine.run` does."""
    start = time.perf_counter()
    layer = check_layer(image)
    job.check()
    done = _carried_out(store, devices, layer, plan, job, progress or silent, cancel or never)
    return replace(done, seconds=time.perf_counter() - start)


def _carried_out(
    store: Store, devices: Devices, layer: Layer, plan: Plan, job: Job, tell: Progress, stop: Cancel
) -> EngineResult:
    weights = Mask(job.mask, layer.shape[0], layer.shape[1], job.scale)
    plan, missing = without_selection(plan, job.mask is not None)
    marks = job.mask if job.holes is None else job.holes
    if job.find and job.holes is None and filling(plan):
        marks = found_in(store, layer, job.mask, part_of(tell, FINDING), stop)
        tell = part_of(tell, Share(FINDING.length, 1 - FINDING.length), previews=True)
    if marks is None and filling(plan):
        plan, missing = without_filling(plan), (*missing, WHERE)
    if not plan.actionable:
        return EngineResult(layer, plan, False, "", "", 0.0, notes=missing)
    bundle = None
    if plan.for_model or job.scale > 1:
        tell(0.0, "Opening the model", None)
        bundle = store.bundle(job.model)
        plan, left_out = _known_to(bundle, plan, job.scale)
        missing = (*missing, *left_out)
    asked, plan, whole = plan, without_filling(plan), Filled(layer)
    if marks is not None and plan != asked and (job.strength > 0 or job.keep):
        share, later = (FILLING, Share(FILLING.length, 1 - FILLING.length)) if plan.restoring else (WHOLE, WHOLE)
        tools = FillTools(store, devices, job.device or "auto", part_of(tell, share), stop)
        whole = filled(tools, layer, marks, asked, job.context, job.place)
        tell = part_of(tell, later, previews=True)
    if bundle is None or (not plan.restoring and job.scale == 1):
        scope = scope_of(whole.layer, plan, job.context, job.place)
        done = adjusted(
            layer,
            scope,
            weights,
            job.strength,
            shown=whole.layer,
            keep=job.keep,
            previews=job.previews,
            tell=tell,
            stop=stop,
            notes=missing,
        )
        return whole.told(done, asked)
    plan = with_resolution(plan, bundle.manifest.tasks, job.scale)
    asked = replace(asked, steps=(*(step for step in asked.steps if step not in plan.steps), *plan.steps))
    by = Tools(store, devices, bundle, LoadMeter(), stop)
    return whole.told(restored_in_stages(by, layer, whole.layer, weights, plan, job, tell, missing), asked)


def _known_to(bundle: Bundle, plan: Plan, scale: int) -> tuple[Plan, list[str]]:
    """The plan as this model can follow it, and a sentence for each step that it cannot take. Raises EngineError when that leaves
    nothing to do."""
    known = plan.within(bundle.manifest.tasks, bundle.name)
    if not known.actionable and scale == 1:
        can = ", ".join(LABELS[task] for task in bundle.manifest.tasks)
        raise EngineError(f"The model “{bundle.name}” cannot do this. It can treat: {can}.")
    return known, [item.message for item in known.unused if item not in plan.unused]
