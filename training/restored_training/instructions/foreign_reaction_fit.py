"""Trains what reads a sentence on a result in other languages (`restored.instruction.foreign_reactions`)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction import multilingual
from restored.instruction.foreign_reactions import standing
from restored.instruction.reaction_odds import OUTPUTS, SAYS, WANTS
from restored.instruction.use import WIDTH

from . import attentive_fit, place_fit
from .attentive_fit import AttentiveNetwork, padded
from .reaction_labels import loss_of_labels, marks_of, named_of, plan_beside
from .reaction_lines import Reaction

DROPOUT: Final = 0.25
RATE: Final = 1.5e-3


@dataclass(frozen=True, slots=True)
class ForeignRead:
    """A sentence beside a plan: its words, (T, width), and its vector, (512,), as `multilingual.states` gives them; what each
    word says of places, (T, 2); the names and signs of the plan's steps."""

    words: np.ndarray
    vector: np.ndarray
    marks: np.ndarray
    names: list[str]


def read(rows: Sequence[Reaction], seed: int = 1) -> list[ForeignRead]:
    """Each beside a plan. Raises what the encoder raises."""
    rng = random.Random(seed)
    return [_read(row, plan_beside(row, rng)) for row in rows]


def _read(row: Reaction, names: list[str]) -> ForeignRead:
    words, vector, stands = multilingual.states(row.text)
    return ForeignRead(words.astype(np.float16), vector, marks_of(row, stands), names)


class ForeignReactionNetwork(nn.Module):
    """`restored.instruction.foreign_reactions.ForeignReactionReader` in torch. width: of the words."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.reading = AttentiveNetwork(width, WIDTH + len(WANTS), len(OUTPUTS), dropout=DROPOUT)
        self.place = nn.Linear(width, len(SAYS))

    def forward(self, x: Tensor, mask: Tensor, vectors: Tensor, plans: Tensor) -> tuple[Tensor, Tensor]:
        """x: (N, T, width); mask: (N, T), True at words; vectors: (N, 512); plans: (N, wants) -> (N, outputs) and (N, T, 2),
        logits."""
        read = self.reading(x, mask, vectors, plans).float()
        return read, self.place(F.dropout(x, DROPOUT, self.training)).float()

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.foreign_reactions` reads them."""
        return {name.removeprefix("reading."): value.detach().numpy() for name, value in self.named_parameters()}


def fit(said: Sequence[ForeignRead], rows: Sequence[Reaction], epochs: int = 6, seed: int = 1) -> ForeignReactionNetwork:
    """As `reaction_fit.fit`. said: as `read` gives them."""
    torch.manual_seed(seed)
    of_labels = loss_of_labels(rows, [each.names for each in said])
    plans = torch.from_numpy(np.stack([standing(each.names) for each in said]))
    vectors = torch.from_numpy(np.stack([each.vector for each in said]))

    def loss(network: ForeignReactionNetwork, part: list[int]) -> Tensor:
        those = [said[i] for i in part]
        logits, where = network(*padded([each.words for each in those]), vectors[part], plans[part])
        steps = logits.flatten()[named_of([each.names for each in those])]
        return of_labels(logits, steps, part) + place_fit.loss_of_places(where, [each.marks for each in those])

    network = ForeignReactionNetwork(said[0].words.shape[1])
    groups = [(list(network.parameters()), RATE)]
    return attentive_fit.fit(network, groups, [len(each.words) for each in said], loss, epochs=epochs, seed=seed)
