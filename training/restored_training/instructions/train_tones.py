"""Trains the layer that says which way a tone is turned: on sentences of independent writers (`phrases/tones.txt`) and on those
of this project that leave it to the model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from restored.instruction import encoder, head
from restored.instruction.softmax_layer import write_layer
from restored.instruction.tones import CLASSES, ESTIMATED, FILE

from .phrases import WIDER, one_in, read_sentences, read_tones
from .softmax_fit import fit_softmax

THRESHOLD: Final = 0.35
"""Chosen with one writer's sentences held out of the training, and the other's, in turn."""

OF_MODEL: Final = 0.2
"""Weight of a sentence that is left to the model, beside 1 for a writer's sentence."""

Row = tuple[str, str, float]
"""Text, class, weight."""


def of_writers() -> Iterator[Row]:
    """Their sentences of `phrases/tones.txt`."""
    for name, text in read_tones():
        yield text, name, 1.0


def of_model() -> Iterator[Row]:
    """Every sixth of this project's sentences that ask for nothing but colour and tone, or light, by the model."""
    mine = [e for e in read_sentences(WIDER) if tuple(e.wanted) in {(task,) for task in ESTIMATED} and not e.excluded]
    for example in mine:
        if one_in(6, example.text):
            yield example.text, next(iter(example.wanted)), OF_MODEL


def corpus() -> list[Row]:
    """Each sentence once; a writer's label counts before the others."""
    rows = {text: (name, weight) for text, name, weight in (*of_model(), *of_writers())}
    return [(text, name, weight) for text, (name, weight) in rows.items()]


def vectors(texts: list[str]) -> np.ndarray:
    """(N, 384): what the head's sentence reader gets."""
    speller = head.load().speller
    return np.stack([encoder.encode([speller.normalise(text).text]).pooled[0] for text in texts])


def train(target: Path = FILE) -> dict[str, int]:
    """Fit on the whole corpus and write the layer; returns how many sentences it was made from."""
    rows = corpus()
    texts, labels, weights = zip(*rows, strict=True)
    layer = fit_softmax(vectors(list(texts)), labels, weights, CLASSES, strength=9.0, threshold=THRESHOLD)
    made_from = f"{len(rows)} sentences of this project (restored_training.instructions.train_tones)"
    write_layer(target, layer, CLASSES, encoder="all-MiniLM-L6-v2", made_from=made_from)
    return {"sentences": len(rows)}


if __name__ == "__main__":
    print(train())
