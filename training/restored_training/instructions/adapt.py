"""Trains what is added to the last layers of the English encoder so that it says what a sentence wishes for, and which of its
words say where (`restored.instruction.adapted`): low-rank terms of each weight (Hu et al. 2021, LoRA), biases and norms, and what
reads them."""

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
from restored.instruction.wish_classes import CLASSES

from . import attentive_fit
from .attentive_fit import AttentiveNetwork, loss_of_classes, padded
from .labelled_rows import LabelledRow, by_corpus, english, of_example, phrases, wishes
from .phrases import WIDER, read_sentences
from .place_fit import layer_of, loss_of_places, marked

WEIGHTS: Final = {"wishes": 1.5, "english": 1.0, "phrases": 0.5, "corpus": 0.5}
"""What a sentence of each source counts for."""

DROPOUT: Final = 0.1
DROPOUT_OF_CLASSES: Final = 0.2


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
        # one after the other, not added into one weight, whose whole gradient would be computed in vain
        return F.linear(x, self.weight, self.bias) + F.linear(F.linear(x, self.down), self.up)


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
        self.reading = AttentiveNetwork(WIDTH, dropout=DROPOUT_OF_CLASSES)
        self.place = layer_of(WIDTH)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """x: (N, T, 384), what the first layers give; mask: (N, T), True at words -> logits: (N, classes), what is wished for,
        and (N, T, outputs), what each word says of places."""
        for layer in self.layers:
            x = layer(x, mask)
        return self.reading(x, mask), self.place(F.dropout(x, DROPOUT, self.training))

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.adapted` reads them."""
        return tensors_of(self)


def tensors_of(network: nn.Module) -> dict[str, np.ndarray]:
    """What was learned beside the encoder's last layers (`layers`), and what reads them (`reading` and others), by name."""
    return {_numbered(name): value.detach().numpy() for name, value in network.named_parameters()}


def _numbered(name: str) -> str:
    """As the program calls it, with the layer's number in the encoder."""
    number, _, rest = (name := name.removeprefix("layers.").removeprefix("reading.")).partition(".")
    return f"{int(number) + FIRST}.{rest}" if number.isdigit() else name


def corpus() -> list[LabelledRow]:
    """Every sentence once, a writer's label before the others, sorted by text; letters of other scripts left out."""
    mine = [of_example(example, None) for example in read_sentences(WIDER)]
    rows = {row.text: row for row in (*by_corpus(), *phrases(), *mine, *english(), *wishes())}
    return [rows[text] for text in sorted(rows) if all(ord(letter) < 0x250 for letter in text)]


@torch.inference_mode()
def first_layers(words: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What the encoder's first layers, to which nothing is added, make of embedded words: each (T, 384), in half precision."""
    layers = [AdaptedLayer(layer, 1).eval() for layer in encoder.layers(0)[:FIRST]]
    states = [np.empty(0, np.float16)] * len(words)
    for part in attentive_fit.batches([len(each) for each in words], random.Random(0)):
        x, mask = padded([words[i] for i in part])
        for layer in layers:
            x = layer(x, mask)
        for i, made in zip(part, x.numpy(), strict=True):
            states[i] = made[: len(words[i])].astype(np.float16)
    return states


def features(rows: Sequence[LabelledRow]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What the first layers make of each text, (T, 384) in half precision, and what its T words say of places."""
    speller = head.load().speller
    texts = [speller.normalise(row.text).text for row in rows]
    read = [encoder.words(text, 0) for text in texts]
    marks = [marked(text, spoken, row) for text, (_, spoken), row in zip(texts, read, rows, strict=True)]
    return first_layers([words for words, _ in read]), marks


def fit(
    states: Sequence[np.ndarray], marks: Sequence[np.ndarray], rows: Sequence[LabelledRow], settings: AdaptSettings
) -> AdaptedNetwork:
    """Binary cross-entropy over what is known of each sentence and of its words. states, marks: as `features` gives them."""
    torch.manual_seed(settings.seed)
    network = AdaptedNetwork(settings.rank)
    of_classes = loss_of_classes(rows, WEIGHTS)

    def loss(network: AdaptedNetwork, part: list[int]) -> Tensor:
        logits, where = network(*padded([states[i] for i in part]))
        return of_classes(logits, part) + loss_of_places(where, [marks[i] for i in part])

    reading = [*network.reading.parameters(), *network.place.parameters()]
    groups = [(list(network.layers.parameters()), settings.rate), (reading, settings.reading_rate)]
    return attentive_fit.fit(network, groups, [len(each) for each in states], loss, epochs=settings.epochs, seed=settings.seed)


def train(target: Path = FILE, settings: AdaptSettings | None = None) -> dict[str, int]:
    """Fit on the whole corpus and write the file; returns how many sentences it was made from, and how many of them have all that
    they ask for in their label."""
    settings = settings or AdaptSettings()
    rows = corpus()
    network = fit(*features(rows), rows, settings)
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
