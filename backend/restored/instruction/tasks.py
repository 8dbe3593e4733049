"""The tasks: what the engine can undo or improve. Defined here once; CLI, wire, labels, bundles and training use these ids."""

from typing import Final, Literal, get_args

Task = Literal["denoise", "deblur", "derain", "dehaze", "desnow", "lowlight", "superres", "enhance", "dejpeg"]

TASKS: Final[tuple[Task, ...]] = get_args(Task)
"""Every task id. The order is the index order of plan vectors and of bundles' tensors, so it never changes."""

APPLY_ORDER: Final[tuple[Task, ...]] = (
    "dejpeg",
    "denoise",
    "deblur",
    "derain",
    "desnow",
    "dehaze",
    "lowlight",
    "enhance",
    "superres",
)
"""The order in which steps run when one pass cannot do them together: compression and noise, blur, weather, light, colour,
resolution (each undoes what a camera adds later than the next)."""

LABELS: Final[dict[Task, str]] = {
    "denoise": "noise",
    "deblur": "blur",
    "derain": "rain",
    "dehaze": "haze",
    "desnow": "snow",
    "lowlight": "too dark",
    "superres": "low resolution",
    "enhance": "colour and tone",
    "dejpeg": "JPEG artefacts",
}
"""What a person sees on a plan's chip: the damage, in everyday English."""


def is_task(name: object) -> bool:
    """True when `name` is one of the task ids."""
    return isinstance(name, str) and name in TASKS
