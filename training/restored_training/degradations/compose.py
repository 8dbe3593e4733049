"""Several kinds of damage on one picture, in the order in which they happen."""

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import TASKS, Task

from .base import Degradation, LayerView, Params
from .blur import Blur
from .haze import Haze
from .jpeg import Jpeg
from .lowlight import LowLight
from .noise import Noise
from .rain import Rain
from .resolution import Resolution
from .snow import Snow
from .tone import Tone

PHYSICAL_ORDER: Final[tuple[Task, ...]] = (
    "enhance",
    "lowlight",
    "derain",
    "desnow",
    "dehaze",
    "deblur",
    "superres",
    "denoise",
    "dejpeg",
)
"""Scene to file. Light first (poor light, then too little of it), then what hangs in the air from near to far as CDD-11 has it
(OneRestore, Guo et al. 2024: low light -> rain -> snow -> haze), the lens and the shutter (blur), the sensor's raster
(resolution), its noise, and the file (JPEG) - the last four as in Real-ESRGAN (Wang et al. 2021, Section 3.1: blur, resize,
noise, JPEG). The engine's APPLY_ORDER undoes nearly this order backwards, so both ways of doing several tasks agree."""

_KINDS: Final[dict[Task, Degradation]] = {
    kind.task: kind for kind in (Noise(), Blur(), Rain(), Haze(), Snow(), LowLight(), Resolution(), Tone(), Jpeg())
}


def degradation(task: Task) -> Degradation:
    """The degradation that `task` undoes."""
    return _KINDS[task]


NOISE_IN_THE_DARK: Final = 0.35
"""How much weaker Gaussian noise is drawn in a picture that is also too dark. Its strength is meant for a well-exposed one; at
s 50 nothing would be left of one whose mean is 0.07. It depends on what was drawn, not on what is switched on, so that a
target keeps the noise of its input."""


def draw(
    active: Tensor,
    generator: Generator,
    device: torch.device | str = "cpu",
    size: tuple[int, int] = (96, 96),
) -> dict[Task, Params]:
    """Parameters for a batch: active (N, T) bool in the order of TASKS, size the patch's (H, W).

    Only what is active is drawn. Each entry has, besides the kind's own parameters, "rows": the samples they are for.
    """
    drawn: dict[Task, Params] = {}
    for column, task in enumerate(TASKS):
        rows = active[:, column].nonzero().squeeze(1).to(device)
        if len(rows):
            drawn[task] = {**_KINDS[task].draw(len(rows), generator, device, size), "rows": rows}
    return drawn


def compose(
    patch: LayerView,
    context: LayerView | None,
    params: Mapping[Task, Params],
    active: Tensor,
    order: Sequence[Task] = PHYSICAL_ORDER,
) -> tuple[Tensor, Tensor | None]:
    """The damaged patch and context thumbnail.

    patch, context: views of the same N layers (context may be None when no model needs it).
    params: from `draw`, or per task with leading dimension N.
    active: (N, T) bool in the order of TASKS, best on the CPU, where looking costs nothing. Switching a task off and composing
        again with the same params gives the target with that damage, and only that, removed.
    Returns (N, 3, H, W) float32 in [0, 1] for each view; views are not changed.
    """
    images = [None if view is None else view.image for view in (patch, context)]
    for task in order:
        if task not in params:
            continue
        on = active[:, TASKS.index(task)]
        if not bool(on.any()):
            continue
        own = dict(params[task])
        rows = own.pop("rows", None)
        if rows is None and bool(on.all()) and "lowlight" not in params:
            images = [
                None if image is None or view is None else _KINDS[task].render(view.with_image(image), own)
                for image, view in zip(images, (patch, context), strict=True)
            ]
            continue
        if rows is None:
            rows = torch.arange(len(on), device=patch.image.device)
        keep = on.to(rows.device)[rows].nonzero().squeeze(1)
        if not len(keep):
            continue
        if len(keep) < len(rows):
            rows = rows[keep]
            own = {name: value[keep] for name, value in own.items()}
        if task == "denoise" and "lowlight" in params:
            dark = params["lowlight"].get("rows")
            faint = torch.ones_like(rows, dtype=torch.bool) if dark is None else torch.isin(rows, dark)
            own["sigma"] = torch.where(faint, NOISE_IN_THE_DARK, 1.0) * own["sigma"]
        for i, view in enumerate((patch, context)):
            current = images[i]
            if view is None or current is None:
                continue
            damaged = _KINDS[task].render(view.pick(rows).with_image(current[rows]), own)
            images[i] = current.index_copy(0, rows, damaged)
    assert images[0] is not None
    return images[0], images[1]
