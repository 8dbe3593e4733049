"""What a text-reading model hears in training: an embedding per sample, and the loss of a text head that learns along."""

import random

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.instruction.tasks import Task

from ..data.sampling import Group
from ..runs.config import ConfigError, RunConfig
from .wording import WIDTH, LearnedTextHead, TextBank


class Conditioner(nn.Module):
    """Plans to embeddings, by way of sentences that say them (see TextConfig)."""

    def __init__(self, config: RunConfig, bank: TextBank | None) -> None:
        super().__init__()
        self._source, self._seed = config.text.source, config.seed
        if self._source != "none" and bank is None:
            raise ConfigError("This run is conditioned by text, but no sentences were given.")
        self._bank = bank
        self.dim = int(config.model.hyperparameters.get("text_dim", 256))
        if self._source == "raw" and self.dim != WIDTH:
            raise ConfigError(f"With “text: source: raw” the model's text_dim must be {WIDTH}.")
        self.head = LearnedTextHead(self.dim) if self._source == "learned" else None

    def forward(self, group: Group, index: int) -> tuple[Tensor, Tensor]:
        """Embeddings (N, dim) for the samples of group number `index`, and the intent loss (a scalar, 0 without a head)."""
        count, device = len(group.damaged), group.damaged.device
        silent = torch.zeros((), device=device)
        if self._bank is None or self._source == "none":
            return torch.full((count, self.dim), self.dim**-0.5, device=device), silent
        wanted: list[Task] = [step.task for step in group.plan.steps]
        vectors = self._bank.draw(wanted, count, random.Random(f"{self._seed}/words/{index}")).to(device)
        if self.head is None:
            return vectors, silent
        embedding, logits = self.head(vectors)
        named = (group.weights > 0).float().to(device).expand_as(logits)
        return embedding, F.binary_cross_entropy_with_logits(logits.float(), named)
