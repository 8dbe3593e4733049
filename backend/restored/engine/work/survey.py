"""Pieces of the whole picture for models with global pools (see `Conditioned.survey`)."""

import math
from collections.abc import Iterator
from typing import Final

from restored.engine.machine.runtimes.base import Windows
from restored.engine.picture.pixels import Box, Floats
from restored.models.base import Model

CROP: Final = 256
"""Side of a survey crop: InstructIR's training size, so its pools see what they were trained on."""


def crops(source: Windows, model: Model) -> Iterator[Floats]:
    """(1, 3, CROP, CROP) pieces on an even grid over the picture, at its own resolution, about `model.survey` pixels in all."""
    wanted = max(1, model.survey // CROP**2)
    rows = max(1, min(-(-source.height // CROP), round(math.sqrt(wanted * source.height / source.width))))
    columns = max(1, min(-(-source.width // CROP), wanted // rows))
    for top in _spread(source.height, rows):
        for left in _spread(source.width, columns):
            yield source.read(Box(top, left, top + CROP, left + CROP))


def _spread(length: int, count: int) -> list[int]:
    """Starts of `count` crops: one in the middle, or from edge to edge."""
    room = max(0, length - CROP)
    return [room // 2] if count == 1 else [room * index // (count - 1) for index in range(count)]
