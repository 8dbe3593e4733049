"""Trains what is added to the last layers of the English encoder so that it says what a sentence wishes for
(`restored.instruction.adapted`): low-rank terms of each weight (Hu et al. 2021, LoRA), biases and norms, and what reads them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction import encoder, head
from restored.instruction.adapted import FILE, FIRST
from restored.instruction.encoding import WIDTH
from restored.instruction.layer_files import write_tensors
from restored.instruction.minilm import EPSILON, EncoderLayer
from restored.instruction.multilingual import CLASSES

from .labelled_rows import LabelledRow, by_corpus, english, of_example, phrases, wishes
from .phrases import WIDER, read_sentences

QUERIES: Final = 4
HIDDEN: Final = 256
BATCH: Final = 32
BUCKET: Final = 20
"""So many batches are drawn together, sorted by length, and cut into batches: little padding."""

WEIGHTS: Final = {"wishes": 1.5, "english": 1.0, "phrases": 0.5, "corpus": 0.5}
"""What a sentence of each source counts for."""

DROPOUT: Final = 0.1
DROPOUT_OF_CLASSES: Final = 0.2
RARE: Final = -3.5
"""Bias that every class begins with: few of them are true of a sentence."""


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """epochs over the corpus; rate: the highest learning rate of the terms, and of what reads them; rank of the terms."""

    epochs: int = 5
    rank: int = 32
    rate: float = 1e-3
    reading_rate: float = 1.5e-3
    seed: int = 1


class LowRankLinear(nn.Module):
    """A frozen weight, and what is learned beside it."""

    def __init__(self, weight: np.ndarray, bias: np.ndarray, rank: int) -> None:
        super().__init__()
        self.weight: Tensor
        self.register_buffer("weight", torch.from_numpy(weight.copy()), persistent=False)
        self.bias = nn.Parameter(torch.from_numpy(bias.copy()))
        self.down = nn.Parameter(torch.randn(rank, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight + self.up @ self.down, self.bias)


class AdaptedLayer(nn.Module):
    """One post-norm layer of the encoder; see `restored.instruction.minilm.EncoderLayer`."""

    def __init__(self, layer: EncoderLayer, rank: int) -> None:
        super().__init__()
        self.heads = layer.heads
        weights, biases = np.split(layer.qkv[0], 3), np.split(layer.qkv[1], 3)
        self.query, self.key, self.value = (LowRankLinear(*pair, rank) for pair in zip(weights, biases, strict=True))
        self.out, self.wide, self.narrow = (LowRankLinear(*pair, rank) for pair in (layer.out, layer.up, layer.down))
        self.norm1, self.norm2 = (_norm(*pair) for pair in (layer.norm1, layer.norm2))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (N, T, 384); mask: (N, T), True at words."""
        n, t, width = x.shape
        q, k, v = (of(x).view(n, t, self.heads, -1).transpose(1, 2) for of in (self.query, self.key, self.value))
        dropout = DROPOUT if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, mask[:, None, None], dropout).transpose(1, 2).reshape(n, t, width)
        x = self.norm1(x + F.dropout(self.out(mixed), DROPOUT, self.training))
        return self.norm2(x + F.dropout(self.narrow(F.gelu(self.wide(x))), DROPOUT, self.training))


def _norm(scale: np.ndarray, shift: np.ndarray) -> nn.LayerNorm:
    norm = nn.LayerNorm(len(scale), EPSILON)
    with torch.no_grad():
        norm.weight.copy_(torch.from_numpy(scale))
        norm.bias.copy_(torch.from_numpy(shift))
    return norm


class AdaptedNetwork(nn.Module):
    """The last layers of the encoder, and what reads them; `AdaptedEncoder` in torch."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(AdaptedLayer(layer, rank) for layer in encoder.layers(FIRST))
        self.queries = nn.Parameter(torch.randn(QUERIES, WIDTH) * 0.02)
        self.hidden = nn.Linear(WIDTH * (QUERIES + 1), HIDDEN)
        self.classes = nn.Linear(HIDDEN, len(CLASSES))
        nn.init.constant_(self.classes.bias, RARE)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (N, T, 384), what the first layers give; mask: (N, T), True at words -> (N, classes), logits."""
        for layer in self.layers:
            x = layer(x, mask)
        scores = torch.einsum("qd,ntd->nqt", self.queries, x).masked_fill(~mask[:, None], -torch.inf)
        found = (scores.softmax(-1) @ x).flatten(1)
        mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        read = F.dropout(torch.cat([found, mean], 1), DROPOUT_OF_CLASSES, self.training)
        return self.classes(F.dropout(F.gelu(self.hidden(read)), DROPOUT_OF_CLASSES, self.training))

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.adapted` reads them."""
        named = {name.removeprefix("layers."): value.detach().numpy() for name, value in self.named_parameters()}
        return {_numbered(name): value for name, value in named.items()}


def _numbered(name: str) -> str:
    """With the layer's number in the encoder."""
    number, _, rest = name.partition(".")
    return f"{int(number) + FIRST}.{rest}" if number.isdigit() else name


def corpus() -> list[LabelledRow]:
    """Every sentence once, a writer's label before the others, sorted by text; letters of other scripts left out."""
    mine = [of_example(example, None) for example in read_sentences(WIDER)]
    rows = {row.text: row for row in (*by_corpus(), *phrases(), *mine, *english(), *wishes())}
    return [rows[text] for text in sorted(rows) if all(ord(letter) < 0x250 for letter in text)]


def features(texts: Sequence[str]) -> list[np.ndarray]:
    """What the first layers make of each text: (T, 384), half precision."""
    speller = head.load().speller
    return [encoder.words(speller.normalise(text).text, FIRST).astype(np.float16) for text in texts]


def padded(states: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """(N, T, 384) float32, and (N, T), True at words."""
    x = nn.utils.rnn.pad_sequence([torch.from_numpy(each.astype(np.float32)) for each in states], batch_first=True)
    lengths = torch.tensor([len(each) for each in states])
    return x, torch.arange(x.shape[1]) < lengths[:, None]


def _batches(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """The rows of each batch of one epoch."""
    order = rng.sample(range(len(lengths)), len(lengths))
    buckets = [sorted(order[i : i + BATCH * BUCKET], key=lengths.__getitem__) for i in range(0, len(order), BATCH * BUCKET)]
    batches = [bucket[i : i + BATCH] for bucket in buckets for i in range(0, len(bucket), BATCH)]
    rng.shuffle(batches)
    return batches


def fit(states: Sequence[np.ndarray], rows: Sequence[LabelledRow], settings: AdaptSettings) -> AdaptedNetwork:
    """AdamW under a one-cycle learning rate, binary cross-entropy over what is known of each sentence."""
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    network = AdaptedNetwork(settings.rank)
    targets = torch.tensor([[row.targets.get(name, 0.0) for name in CLASSES] for row in rows])
    weights = torch.tensor([[WEIGHTS[row.source] * (name not in row.unknown) for name in CLASSES] for row in rows])
    reading = [network.queries, *network.hidden.parameters(), *network.classes.parameters()]
    groups = [{"params": list(network.layers.parameters())}, {"params": reading}]
    optimiser = torch.optim.AdamW(groups, settings.rate, weight_decay=0.01)
    steps = settings.epochs * len(_batches([0] * len(rows), random.Random(0)))
    rates = [settings.rate, settings.reading_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.1)
    network.train()
    for _ in range(settings.epochs):
        for part in _batches([len(each) for each in states], rng):
            logits = network(*padded([states[i] for i in part]))
            loss = F.binary_cross_entropy_with_logits(logits, targets[part], weights[part], reduction="sum") / len(part)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return network.eval()


def train(target: Path = FILE, settings: AdaptSettings | None = None) -> dict[str, int]:
    """Fit on the whole corpus and write the file; returns how many sentences it was made from, and how many of them have all that
    they ask for in their label."""
    settings = settings or AdaptSettings()
    rows = corpus()
    network = fit(features([row.text for row in rows]), rows, settings)
    write_tensors(
        target,
        network.tensors(),
        CLASSES,
        encoder="all-MiniLM-L6-v2",
        made_from=f"{len(rows)} sentences of this project (restored_training.instructions.adapt)",
        rank=settings.rank,
    )
    return {"sentences": len(rows), "of writers": sum(row.source == "wishes" for row in rows)}


if __name__ == "__main__":
    print(train())
