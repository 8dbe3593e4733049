"""What the networks that read the context (`context`, `veil`) and their forms in numpy and OpenVINO have in common."""

from typing import Final

from restored.ground.limits import LUMA_601

CONTEXT_SIZE: Final = 64
"""The context frame is averaged to this many pixels, each side, whatever its shape."""
QUANTILES: Final = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
"""Of each channel of the context, reduced to half its side: what the readers are told of the whole layer."""
CURVE_STEPS: Final = 4
"""How often the tone curve is applied."""

VEILED: Final = "dehaze"
"""The task that lifts the veil, and for which alone it is read."""
BINS: Final = 8
"""Brightnesses that the veil's grid tells apart."""
LEAST: Final = 0.1
"""No less light than this is taken to come through: what is divided by it is noise."""
BEYOND: Final = 0.5
"""How far below black and above white the cleared picture may reach before the network sees it."""
LUMA: Final = LUMA_601
"""The weights by which the veil's grid tells brightnesses apart: those it was trained with."""


def ranks(count: int) -> list[int]:
    """Where the quantiles lie among `count` sorted values."""
    return [round(q * (count - 1)) for q in QUANTILES]
