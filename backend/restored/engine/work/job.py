"""What a run may be told beside the picture and the plan."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restored.engine.picture.pixels import Floats
from restored.ground.errors import PixelError
from restored.ground.limits import QUALITIES, SCALES
from restored.models.bundle import Bundle
from restored.regions import Frame


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a run may be told beside the picture and the plan.

    model: a loaded bundle, its name or path, or None for the default. mask: H x W in [0, 1] of any depth, where anything may
    change; holes: the same form, what is to be filled (the mask where it is None); find: look for that,
    inside the mask; strength in [0, 1].
    scale: 1, 2 or 4 (see `schedule.stages`). context: the whole layer as a small picture when the image is only a part of it;
    computed from the image otherwise; place: where that part lies in the whole. device: "auto" (None), "cpu", "cuda" or "mps".
    text / embedding: for models that read the instruction itself; else `plan.text` is used. keep: also return the Residual
    (and so infer under a zero mask too). previews: give finished tiles to `progress`. quality: "best" restores every window in
    all of `orientations.ALL`. tile_side: the largest window side, for tests and measurements; planned from memory otherwise.
    """

    model: Bundle | str | Path | None = None
    mask: np.ndarray | None = None
    holes: np.ndarray | None = None
    find: bool = False
    strength: float = 1.0
    scale: int = 1
    context: np.ndarray | None = None
    place: Frame | None = None
    device: str | None = None
    text: str | None = None
    embedding: Floats | None = None
    keep: bool = False
    previews: bool = False
    quality: str = "normal"
    tile_side: int | None = None

    def check(self) -> None:
        """Raises PixelError for what is outside the limits."""
        if self.scale not in SCALES:
            raise PixelError(f"A picture can be enlarged by {', '.join(map(str, SCALES[1:]))}, not by {self.scale}.")
        if self.quality not in QUALITIES:
            raise PixelError(f"The quality can be {' or '.join(QUALITIES)}, not {self.quality}.")
        if not 0.0 <= self.strength <= 1.0:
            raise PixelError("The strength must lie between 0 and 1.")
