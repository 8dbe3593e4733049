"""A plan of adjustments alone: by formula, strip by strip, without opening a model."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np

from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Floats, Layer, colours, to_unit
from restored.engine.picture.residual import STRIP, Residual, blend, compact
from restored.engine.work.outcome import EngineResult, Preview, Progress
from restored.engine.work.step_scope import StepScope
from restored.ground.errors import Cancelled

LINE: Final = "by formula, without a model"
"""What is said instead of a device."""


def adjusted(
    base: Layer,
    scope: StepScope,
    weights: Mask,
    strength: float,
    *,
    shown: Layer,
    keep: bool,
    previews: bool,
    tell: Progress,
    stop: Callable[[], bool],
    notes: tuple[str, ...] = (),
    scale: int = 1,
) -> EngineResult:
    """The layer (or its enlargement) with the plan's adjustments. shown: the same after what was done to it before, from
    which they go on; the layer itself when that is nothing. Raises Cancelled."""
    start = time.perf_counter()
    height, width = base.shape[:2]
    out = np.empty_like(base)
    residual = Residual(base, scale=scale) if keep else None
    changed = scale > 1
    for top in range(0, height, STRIP):
        if stop():
            raise Cancelled
        box = Box(top, 0, min(top + STRIP, height), width)
        block = box.of(base)
        values = compact(block, scope.finish(box, block, _change(block, box.of(shown))))
        if residual is not None:
            box.of(residual.values)[...] = values
        piece = blend(block, values, weights.weight(box, strength))
        box.of(out)[...] = piece
        changed = changed or piece.tobytes() != block.tobytes()
        tell(box.bottom / height, "Adjusting", Preview(0, top, piece) if previews else None)
    return EngineResult(out, scope.plan, changed, LINE, "", time.perf_counter() - start, notes=notes, residual=residual)


def _change(block: Layer, shown: Layer) -> Floats:
    """What was done to a piece of the layer so far, (h, w, 3)."""
    count = colours(block)
    if shown is block or np.shares_memory(shown, block):
        return np.zeros((*block.shape[:2], 3), np.float32)
    before, after = (to_unit(np.ascontiguousarray(each[..., :count])) for each in (block, shown))
    change = np.nan_to_num(after - before, nan=0.0, posinf=0.0, neginf=0.0)
    return change if count == 3 else np.repeat(change, 3, axis=2)
