"""Distillation: the target is mixed with what a big bundle makes of the same damaged patch."""

import torch
from torch import Tensor

from restored.models import Request, Window
from restored.models.bundle import Bundle, load_bundle
from restored.models.restorer import Restorer
from restored.models.whole import restore_whole

from ..data.sampling import Group
from ..runs.config import DistillConfig


class Teacher:
    """A bundle that answers for the groups of a run. Raises ModelError when the bundle cannot be opened."""

    def __init__(self, config: DistillConfig, device: str = "cpu") -> None:
        self._weight = config.weight
        self._bundle: Bundle = load_bundle(config.teacher)
        self._model: Restorer = self._bundle.network().to(device)

    @torch.no_grad()
    def target(self, group: Group) -> Tensor:
        """(1 - weight) * target + weight * teacher's result, clamped to [0, 1]: (N, 3, s, s)."""
        results = [self._one(group, sample) for sample in range(len(group.damaged))]
        return torch.lerp(group.target, torch.cat(results).clamp(0, 1), self._weight)

    def _one(self, group: Group, sample: int) -> Tensor:
        one = slice(sample, sample + 1)
        window = Window(*(float(value) for value in group.windows[sample]))
        return restore_whole(
            self._model, group.damaged[one], Request(group.plan, self._embedding(group), group.context[one]), window
        )

    def _embedding(self, group: Group) -> Tensor | None:
        if not self._model.reads_text:
            return None
        from ..evaluation.subjects import wish

        return torch.from_numpy(self._bundle.embed(wish(group.plan))).to(group.damaged.device)
