"""What a network restores, in one stage or two: before an enlargement what is seen best there, after it the detail."""

from dataclasses import replace

from restored.engine.machine.memory import free_memory
from restored.engine.picture.context import check_context, thumbnail
from restored.engine.picture.enlarge import enlarge
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Layer
from restored.engine.picture.source import LayerSource
from restored.ground.errors import EngineError
from restored.instruction.plan import Plan

from .directly import adjusted
from .inference import Inference, Tools
from .job import Job
from .outcome import EngineResult, Progress, part_of
from .schedule import stages
from .step_scope import StepScope


def restored_in_stages(
    by: Tools, layer: Layer, whole: Layer, weights: Mask, plan: Plan, job: Job, tell: Progress, notes: tuple[str, ...]
) -> EngineResult:
    """The layer, or its enlargement, restored as the plan says. whole: the layer with its holes filled, which the network is
    shown; the layer itself when nothing was filled. weights: where the result may differ. notes: what is to be said already.

    Raises Cancelled, EngineError, ModelError.
    """
    _refuse_giants(layer, job.scale, job.keep)
    base = enlarge(layer, job.scale)
    if job.strength == 0.0 and not job.keep:
        return EngineResult(base, plan, job.scale > 1, "", by.bundle.name, 0.0)

    frame = check_context(job.context) if job.context is not None else thumbnail(LayerSource(whole))
    first = base if whole is layer else enlarge(whole, job.scale)
    *early, late = stages(plan, job.scale)
    text, shown = job.text, first
    for stage in early:
        scope = StepScope(LayerSource(whole), frame, stage.plan, True, job.place)
        below = Inference(
            by,
            whole,
            whole,
            Mask(None, *layer.shape[:2]),
            replace(job, strength=1.0, scale=1, keep=False, previews=False),
            part_of(tell, stage.share),
            scope,
        )
        below.follow(stage.plan, frame, None)
        shown, notes, text = enlarge(below.out, job.scale), (*notes, *below.notes), None
        frame = thumbnail(LayerSource(below.out)) if job.context is None else frame

    tell = part_of(tell, late.share, previews=True)
    scope = StepScope(LayerSource(first), frame, late.plan, job.context is not None, job.place)
    if not late.plan.restoring:
        return adjusted(
            base,
            scope,
            weights,
            job.strength,
            shown=shown,
            keep=job.keep,
            previews=job.previews,
            tell=tell,
            stop=by.stop,
            scale=job.scale,
            notes=notes,
        )
    picture = Inference(by, shown, base, weights, job, tell, scope, notes)
    residual, line = picture.follow(late.plan, frame, text)
    changed = picture.changed or job.scale > 1
    notes = tuple(picture.notes)
    return EngineResult(picture.out, plan, changed, line, by.bundle.name, 0.0, picture.tiles, notes, residual)


def _refuse_giants(layer: Layer, scale: int, keep: bool) -> None:
    """Refuse with numbers what cannot fit, before the first allocation."""
    pixels = layer.shape[0] * layer.shape[1] * scale * scale
    each = layer.dtype.itemsize * layer.shape[2] * (2 if scale > 1 else 1) + (6 if keep else 0)
    needed, free = pixels * each, free_memory()
    if needed > free:
        raise EngineError(
            f"This needs {needed / 2**30:.1f} GiB of memory and {free / 2**30:.1f} GiB are free. "
            "Close other programs, or restore a selection."
        )
