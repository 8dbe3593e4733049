"""Which way a wish for tone goes when no word of the grammar says it ("it looks dipped in tea": cooler): one softmax layer of
ours on the sentence vector of the English encoder, asked only where the head sees a wish for colour or light."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from restored.adjustments.names import Adjustment
from restored.ground.errors import InstallationError

from .softmax_layer import SoftmaxLayer, read_layer

FILE: Final = Path(__file__).with_name("head_files") / "tones.safetensors"

ESTIMATED: Final = ("enhance", "lowlight")
"""The two classes that leave a wish to the model, as it is."""

SIGNED: Final = (
    *("exposure+", "exposure-", "contrast+", "contrast-", "saturation+", "saturation-", "vibrance+", "temperature+"),
    *("temperature-", "tint+", "tint-", "shadows+", "shadows-", "highlights-", "blacks+", "blacks-", "whites+", "whites-"),
    "black_and_white+",
)
"""Adjustments, and which way."""

CLASSES: Final = (*ESTIMATED, *SIGNED)


class TonesError(InstallationError):
    """The layer's file is missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """An adjustment and its sign (1 or -1), with the probability of both."""

    name: Adjustment
    sign: int
    confidence: float


@cache
def _layer() -> SoftmaxLayer:
    """On (384,) vectors. Raises TonesError."""
    return read_layer(FILE, "says which way a tone is turned", CLASSES, TonesError)


def leaning(sentence: np.ndarray) -> Leaning | None:
    """The direction that a sentence leans to; None where the model's own estimate is as likely, or nothing is likely enough.

    sentence: (384,) float32, as the encoder gives it. Raises TonesError.
    """
    layer = _layer()
    odds = layer.probabilities(sentence)
    first = int(odds.argmax())
    if CLASSES[first] in ESTIMATED or odds[first] < layer.threshold:
        return None
    name: Adjustment = CLASSES[first][:-1]  # type: ignore[assignment]
    return Leaning(name, 1 if CLASSES[first].endswith("+") else -1, float(odds[first]))
