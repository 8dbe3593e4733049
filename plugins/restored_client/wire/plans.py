"""What both ends say of a plan in the same words."""

from __future__ import annotations

from typing import Final

CANNOT_YET: Final = "The model “{model}” cannot treat “{task}” yet; that step was left out."
"""Of a step whose task the model was not made for; `task` is the step's label."""
