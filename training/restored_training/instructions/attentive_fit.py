"""What is common to the networks that read wishes from a sentence's words: the layers that read, batches of sentences of like
length, and the fit."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from restored.engine.machine.runtimes.openvino_runtime import has_bf16
from restored.instruction.wish_classes import CLASSES

from .labelled_rows import LabelledRow

N = TypeVar("N", bound=nn.Module)

QUERIES: Final = 4
HIDDEN: Final = 256
BATCH: Final = 32
BUCKET: Final = 20
"""So many batches are drawn together, sorted by length, and cut into batches: little padding."""

PLAIN: Final = SDPBackend.MATH
"""How attention is computed: the gradient of the fused one takes a third of the whole time where sentences are short."""

RARE: Final = -3.5
"""Bias that every class begins with: few of them are true of a sentence."""


class AttentiveNetwork(nn.Module):
    """`restored.instruction.attentive.AttentiveReading` in torch. beside: length of what stands beside the words."""

    def __init__(self, width: int, beside: int = 0, classes: int = len(CLASSES), *, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.queries = nn.Parameter(torch.randn(QUERIES, width) * 0.02)
        self.hidden = nn.Linear(width * (QUERIES + 1) + beside, HIDDEN)
        self.classes = nn.Linear(HIDDEN, classes)
        nn.init.constant_(self.classes.bias, RARE)

    def forward(self, x: Tensor, mask: Tensor, *beside: Tensor) -> Tensor:
        """x: (N, T, width); mask: (N, T), True at words -> (N, classes), logits."""
        scores = torch.einsum("qd,ntd->nqt", self.queries, x).masked_fill(~mask[:, None], -torch.inf)
        found = (scores.softmax(-1) @ x).flatten(1)
        mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        read = F.dropout(torch.cat([found, mean, *beside], 1), self.dropout, self.training)
        return self.classes(F.dropout(F.gelu(self.hidden(read)), self.dropout, self.training))


def padded(states: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """(N, T, width) float32, and (N, T), True at words."""
    x = nn.utils.rnn.pad_sequence([torch.from_numpy(each.astype(np.float32)) for each in states], batch_first=True)
    lengths = torch.tensor([len(each) for each in states])
    return x, torch.arange(x.shape[1]) < lengths[:, None]


def batches(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """The rows of each batch of one epoch."""
    order = rng.sample(range(len(lengths)), len(lengths))
    buckets = [sorted(order[i : i + BATCH * BUCKET], key=lengths.__getitem__) for i in range(0, len(order), BATCH * BUCKET)]
    found = [bucket[i : i + BATCH] for bucket in buckets for i in range(0, len(bucket), BATCH)]
    rng.shuffle(found)
    return found


def loss_of_classes(rows: Sequence[LabelledRow], weights: Mapping[str, float]) -> Callable[[Tensor, list[int]], Tensor]:
    """Binary cross-entropy over what is known of some of the rows, a sum; weights: what a sentence of each source counts for."""
    targets = torch.tensor([[row.targets.get(name, 0.0) for name in CLASSES] for row in rows])
    counts = torch.tensor([[weights[row.source] * (name not in row.unknown) for name in CLASSES] for row in rows])

    def loss(logits: Tensor, part: list[int]) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits.float(), targets[part], counts[part], reduction="sum")

    return loss


def fit(
    network: N,
    groups: Sequence[tuple[Sequence[nn.Parameter], float]],
    lengths: Sequence[int],
    loss: Callable[[N, list[int]], Tensor],
    *,
    epochs: int,
    seed: int,
    decay: float = 0.01,
) -> N:
    """AdamW under a one-cycle learning rate. groups: parameters and their highest rate; lengths: of the sentences; loss: of a
    batch of rows, a sum over them. Products are in bfloat16 where the processor has it: half the time."""
    rng = random.Random(seed)
    optimiser = torch.optim.AdamW([{"params": list(parameters)} for parameters, _ in groups], weight_decay=decay)
    steps = epochs * len(batches(lengths, random.Random(0)))
    rates = [rate for _, rate in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.1)
    half = has_bf16()
    network.train()
    for _ in range(epochs):
        for part in batches(lengths, rng):
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, half), sdpa_kernel(PLAIN):
                mean = loss(network, part) / len(part)
            mean.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return network.eval()
