"""What the veil's network (`veil`) and its form in numpy (`light_veil`) have in common."""

from typing import Final

VEILED: Final = "dehaze"
"""The task that lifts the veil, and for which alone it is read."""
FRAME: Final = 64
"""The context frame is averaged to this many pixels, each side."""
BINS: Final = 8
"""Brightnesses that the grid tells apart."""
LEAST: Final = 0.1
"""No less light than this is taken to come through: what is divided by it is noise."""
BEYOND: Final = 0.5
"""How far below black and above white the cleared picture may reach before the network sees it."""
QUANTILES: Final = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
LUMA: Final = (0.299, 0.587, 0.114)
