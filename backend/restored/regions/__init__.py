"""Where a step applies: named soft masks that the picture gives. Light to import: `maps` has the pixels."""

from .frame import Frame
from .names import MARKS, PLACES, Place, Region, RegionError, is_place

__all__ = ["MARKS", "PLACES", "Frame", "Place", "Region", "RegionError", "is_place"]
