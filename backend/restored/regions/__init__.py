"""Where a step applies: named soft masks that the picture gives. Light to import: `maps` has the pixels."""

from .names import MARKS, PLACES, Place, Region, RegionError, is_place
from .whole import Frame

__all__ = ["MARKS", "PLACES", "Frame", "Place", "Region", "RegionError", "is_place"]
