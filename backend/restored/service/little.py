"""Whether a restoration did next to nothing of what it was asked for: whoever sees the rain still there should not search for the
difference."""

from typing import TYPE_CHECKING, Final

from restored.ground.tasks import info
from restored.instruction.plan import Plan
from restored_client.wire.order import Order

if TYPE_CHECKING:
    from restored.engine.picture.pixels import Layer

HARDLY: Final = "Hardly anything was changed: of what you named I see little here that I can take away."

PLAIN_TO_SEE: Final = ("weather", "blur")
"""Kinds of damage whose removal is seen; what little noise or compression leaves may be all that there was."""

MOVED: Final = 10 / 255
SHARE: Final = 0.01
"""Hardly anything: fewer pixels than this share moved further than that. Of 13 real photographs of rain, five (up to 0.7 %), of
those in Rain100L none (5 % at least)."""

LOOKED_AT: Final = 1_000_000
"""About as many pixels suffice."""


def asks_for_what_shows(plan: Plan, order: Order) -> bool:
    """Whether all of a whole picture was to be freed, at full strength, of nothing but what is plain to see."""
    steps = plan.restoring
    if plan.adjusting or not steps or order.scale > 1 or order.strength < 1 or order.texture > 0 or order.mask is not None:
        return False
    if plan.keeps or order.place not in (None, (0.0, 0.0, 1.0, 1.0)):
        return False
    return all(info(step.task).kind in PLAIN_TO_SEE and step.strength == 1 and step.region is None for step in steps)


def hardly_changed(before: "Layer", after: "Layer") -> bool:
    """Whether next to nothing is different in two layers of one size and depth."""
    import numpy as np

    from restored.engine.picture.pixels import colours, to_unit

    height, width = before.shape[:2]
    apart = max(1, int((height * width / LOOKED_AT) ** 0.5))
    some = (np.ascontiguousarray(each[::apart, ::apart, : colours(before)]) for each in (before, after))
    was, now = (to_unit(each) for each in some)
    return float((np.abs(now - was).max(axis=-1) > MOVED).mean()) < SHARE
