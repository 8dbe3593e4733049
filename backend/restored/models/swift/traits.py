"""What the engine plans with of `swift`, known from its configuration alone."""

from typing import ClassVar

from restored.ground.tasks import info
from restored.instruction.plan import Plan

from ..base import Model
from .config import SwiftConfig


class SwiftTraits(Model):
    """What the network and its light form have in common."""

    family: ClassVar[str] = "swift"
    has_graph: ClassVar[bool] = True
    config: SwiftConfig

    def _take_traits(self, config: SwiftConfig) -> None:
        self.config = config
        self.tasks = config.tasks
        self.stride = config.stride
        self.halo = config.halo
        self.composite = config.composite

    def overlap(self, plan: Plan) -> int:
        """Pixels around a tile that its result may depend on, as far as trained weights make use of them: 160 px are all that the
        network can see, and tasks that change the tone do see that far (at 112 px a cut changed up to 6.7/255 of swift 5). The
        others reach 112 px, or 144 px coarse to fine, where what a cut changes in the first scan is changed further in the
        next. Measured with every bundle anew (tests/benchmarks/engine.py, seams)."""
        if any(info(step.task).tone for step in plan.steps if step.strength > 0):
            return self.halo
        return min(self.halo, 144 if self.reductions(plan) else 112)

    def reductions(self, plan: Plan) -> tuple[int, ...]:
        wanted = {step.task for step in plan.steps if step.strength > 0}
        return self.config.reductions if wanted and wanted <= set(self.config.coarse_tasks) else ()
