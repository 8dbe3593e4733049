"""Trains what reads an English sentence on a result together with the plan that it is said of
(`restored.instruction.reaction_reader`): low-rank terms beside the encoder's last layers as adapted to wishes, and what reads
them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction import adapted
from restored.instruction.encoding import WIDTH
from restored.instruction.reaction_odds import OF_A_STEP, OUTPUTS, SAYS
from restored.instruction.reaction_reader import first_layers

from . import adapt, attentive_fit, place_fit
from .adapt import AdaptedLayer, AdaptSettings, tensors_of
from .attentive_fit import AttentiveNetwork, padded
from .reaction_labels import loss_of_labels, marks_of, named_of, plan_beside
from .reaction_lines import Reaction

HIDDEN: Final = 128
"""Of what reads a step's words."""

DROPOUT: Final = 0.2


SETTINGS: Final = AdaptSettings(epochs=4, rank=24, rate=6e-4)


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence beside a plan, as the encoder's first layers read it: its words, (T, 384); what each says of places, (T, 2);
    steps: name and sign -> which of the T are its words."""

    words: np.ndarray
    marks: np.ndarray
    steps: dict[str, list[int]]


def read(rows: Sequence[Reaction], seed: int = 1) -> list[Read]:
    """Each beside a plan. Raises what the encoder raises."""
    rng = random.Random(seed)
    read = [first_layers(row.text, plan_beside(row, rng), 0) for row in rows]
    states = adapt.first_layers([words for words, _, _ in read])
    return [Read(words, marks_of(row, stands), steps) for row, words, (_, stands, steps) in zip(rows, states, read, strict=True)]


class ReactionNetwork(nn.Module):
    """`restored.instruction.reaction_reader.ReactionReader` in torch."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(AdaptedLayer(layer, rank) for layer in adapted.layers())
        self.reading = AttentiveNetwork(WIDTH, 0, len(OUTPUTS), dropout=DROPOUT)
        self.step_hidden = nn.Linear(WIDTH, HIDDEN)
        self.step = nn.Linear(HIDDEN, len(OF_A_STEP))
        self.place = nn.Linear(WIDTH, len(SAYS))
        nn.init.zeros_(self.step.weight)
        nn.init.zeros_(self.step.bias)

    def forward(self, x: Tensor, mask: Tensor, steps: Tensor, named: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x: (N, T, 384); mask: (N, T), True at words; steps: (S, N T), the share of each word in each step; named: (S, 4), where
        among the outputs of all sentences its name's are -> (N, outputs), (S, 4) and (N, T, 2), logits."""
        for layer in self.layers:
            x = layer(x, mask)
        of_steps = F.dropout(steps @ x.flatten(0, 1).float(), DROPOUT, self.training)
        hidden = F.dropout(F.gelu(self.step_hidden(of_steps)), DROPOUT, self.training)
        read = self.reading(x, mask).float()
        becomes = read.flatten()[named] + self.step(hidden).float()
        return read, becomes, self.place(F.dropout(x, DROPOUT, self.training)).float()

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.reaction_reader` reads them."""
        return tensors_of(self)


def steps_of(said: Sequence[Read], longest: int) -> Tensor:
    """(S, N longest): of each step of each sentence, the share of each word of the batch in it."""
    rows: list[Tensor] = []
    for i, each in enumerate(said):
        for at in each.steps.values():
            row = torch.zeros(len(said), longest)
            row[i, at] = 1 / max(1, len(at))
            rows.append(row.flatten())
    return torch.stack(rows) if rows else torch.zeros(0, len(said) * longest)


def fit(said: Sequence[Read], rows: Sequence[Reaction], settings: AdaptSettings = SETTINGS) -> ReactionNetwork:
    """The act, one of all, and wants and what becomes of each step, each by itself; and which words say where. said: as `read`
    gives them."""
    torch.manual_seed(settings.seed)
    of_labels = loss_of_labels(rows, [list(each.steps) for each in said])

    def loss(network: ReactionNetwork, part: list[int]) -> Tensor:
        those = [said[i] for i in part]
        x, mask = padded([each.words for each in those])
        named = named_of([list(each.steps) for each in those])
        logits, steps, where = network(x, mask, steps_of(those, x.shape[1]), named)
        return of_labels(logits, steps, part) + place_fit.loss_of_places(where, [each.marks for each in those])

    network = ReactionNetwork(settings.rank)
    reading = [value for name, value in network.named_parameters() if not name.startswith("layers.")]
    groups = [(list(network.layers.parameters()), settings.rate), (reading, settings.reading_rate)]
    lengths = [len(each.words) for each in said]
    return attentive_fit.fit(network, groups, lengths, loss, epochs=settings.epochs, seed=settings.seed)
