"""Pretraining: blocks of the input are hidden and the damage is classified, for the first part of a run."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.instruction.tasks import TASKS
from restored.models.restorer import Restorer

from ..data.sampling import Group
from ..runs.config import PretrainConfig


class Pretraining(nn.Module):
    """MaskDCPT's two tasks: restore through hidden blocks, and tell the damage from the deepest features.

    The classifier reads the mean of those features; it is not part of the model, and no bundle carries it.
    """

    def __init__(self, config: PretrainConfig, model: Restorer) -> None:
        super().__init__()
        self._config = config
        self._features: Tensor | None = None
        self.classifier = nn.Linear(model.watch_deepest(self._keep), len(TASKS))

    def active(self, step: int, steps: int) -> bool:
        """True during the first part of a run of `steps` steps."""
        return step < self._config.until * steps

    def masked(self, group: Group, number: int) -> Group:
        """The group with a share of the blocks of each damaged patch set to gray (0.5), the same for the same group number."""
        count, _, height, width = group.damaged.shape
        block = self._config.block
        generator = torch.Generator().manual_seed(number)
        hidden = torch.rand(count, 1, -(-height // block), -(-width // block), generator=generator) < self._config.mask
        hidden = F.interpolate(hidden.float(), scale_factor=block, mode="nearest")[..., :height, :width].to(group.damaged.device)
        return dataclasses.replace(group, damaged=torch.lerp(group.damaged, torch.full_like(group.damaged, 0.5), hidden))

    def loss(self, group: Group) -> Tensor:
        """Focal binary cross entropy (gamma 2) of the damage seen in the last forward pass, times its weight."""
        assert self._features is not None, "the network has not run"
        logits = self.classifier(self._features.float())
        truth = torch.tensor([float(task in group.present) for task in TASKS], device=logits.device).expand_as(logits)
        plain = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        return self._config.classify * ((1 - torch.exp(-plain)) ** 2 * plain).mean()

    def _keep(self, features: Tensor) -> None:
        self._features = features.mean((2, 3))
