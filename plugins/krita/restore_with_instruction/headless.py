"""A restoration without the docker, for scripts; see docs/scripting.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, Optional

from . import capture, colour, jobs, layers, outputs, target
from .layerjob import LayerJob
from .restored_client.desk.wish import AS_SAID, NEW_LAYER, QUALITIES, REPLACE, SCALES, Wish, remembered
from .words import tr


def script(
    queue: jobs.Jobs,
    instruction: str = "",
    plan: Optional[Dict[str, Any]] = None,
    strength: float = 1.0,
    scale: int = AS_SAID,
    output: str = NEW_LAYER,
    model: Optional[str] = None,
    quality: str = QUALITIES[0],
    then: Optional[Callable[[LayerJob], None]] = None,
) -> LayerJob:
    """Queue a restoration of the active layer; `then(job)` is called when it is over.

    scale: one of SCALES; AS_SAID is as large as the plan or the words say ("2x").
    Raises ValueError, with a sentence, when nothing is asked for or the layer cannot be restored. A layer that may not be
    replaced is refused in its turn where the words may still ask for an enlargement.
    """
    if scale not in (AS_SAID, *SCALES):
        raise ValueError(tr("The scale must be 1, 2 or 4."))
    asked = Wish(instruction, plan, strength, scale=scale, model=model, quality=quality, output=output)
    wish = remembered(asked.recall(), outputs.possible())
    if wish is None:
        raise ValueError(tr("Say what is to be done: an instruction, or a plan with steps."))
    if not scale and plan is not None:
        scale = plan["scale"] if plan.get("scale") in SCALES else SCALES[0]
    wish = replace(wish, scale=scale or SCALES[0])
    document, node = target.active()
    try:
        # what is enlarged becomes a picture of its own, and replaces nothing: whether it is, the words may say in its turn
        taken = capture.capture(document, node, wish if scale else replace(wish, output=_kept(wish.output)))
        job = LayerJob(taken, wish, then=then, as_said=not scale)
    except (layers.Refused, colour.ColourError) as problem:
        raise ValueError(str(problem)) from None
    queue.give(job)
    return job


def _kept(output: str) -> str:
    """The same output, but none that changes the layer itself."""
    return NEW_LAYER if output == REPLACE else output
