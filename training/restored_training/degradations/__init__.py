"""Damage made from formulas, one kind per file, batched, seeded, repeatable. See `base` for the idea of views."""

from .base import Degradation, LayerView, Params, grid_of
from .compose import PHYSICAL_ORDER, compose, degradation, draw

__all__ = ["PHYSICAL_ORDER", "Degradation", "LayerView", "Params", "compose", "degradation", "draw", "grid_of"]
