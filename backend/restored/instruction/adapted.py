"""An English sentence -> all that is wished for, which way tones go, what is forbidden, or that nothing is wished for, and which
of its words say where: the last three layers of the English encoder, each of their weights with a low-rank term of ours (LoRA: Hu
et al. 2021, arXiv 2106.09685, Section 4.1), and layers of ours on what they make of the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from restored.ground.errors import InstallationError

from . import encoder
from .arithmetic import LINEAR
from .attentive import AttentiveReading, read_attentive
from .layer_files import read_tensors
from .minilm import EncoderLayer, through
from .wish_classes import CLASSES
from .word_places import PlaceWord, place_words

FILE: Final = Path(__file__).with_name("head_files") / "adapted.safetensors"

FIRST: Final = 3
"""As many layers of the encoder stay as they are."""


class AdaptedError(InstallationError):
    """The file is missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class AdaptedEncoder:
    """layers: what follows the first ones; reading: of width 384; place: of each word, see `word_places`."""

    layers: tuple[EncoderLayer, ...]
    reading: AttentiveReading
    place: LINEAR

    def words(self, words: np.ndarray) -> np.ndarray:
        """(T, 384), what the first layers make of the words -> (T, 384), what all of them do."""
        return through(self.layers, words)

    def probabilities(self, words: np.ndarray) -> np.ndarray:
        """(T, 384), the words -> (classes,), what is wished for, each by itself between 0 and 1."""
        return self.reading.probabilities(words)


def adapted(layer: EncoderLayer, terms: Mapping[str, np.ndarray], prefix: str) -> EncoderLayer:
    """A layer of the encoder with what was learned beside it: PREFIX.NAME.up (out, rank) times .down (rank, in) is added to each
    weight, biases and norms are replaced."""

    def sum_of(name: str, weight: np.ndarray) -> LINEAR:
        at = f"{prefix}.{name}"
        return weight + terms[f"{at}.up"] @ terms[f"{at}.down"], terms[f"{at}.bias"]

    parts = [sum_of(name, part) for name, part in zip(("query", "key", "value"), np.split(layer.qkv[0], 3), strict=True)]
    return EncoderLayer(
        qkv=(np.concatenate([weight for weight, _ in parts]), np.concatenate([bias for _, bias in parts])),
        out=sum_of("out", layer.out[0]),
        norm1=(terms[f"{prefix}.norm1.weight"], terms[f"{prefix}.norm1.bias"]),
        up=sum_of("wide", layer.up[0]),
        down=sum_of("narrow", layer.down[0]),
        norm2=(terms[f"{prefix}.norm2.weight"], terms[f"{prefix}.norm2.bias"]),
        heads=layer.heads,
    )


def network_of(terms: Mapping[str, np.ndarray]) -> AdaptedEncoder:
    """The encoder's last layers with these terms. Raises EncoderError."""
    return AdaptedEncoder(
        tuple(adapted(layer, terms, str(index)) for index, layer in enumerate(encoder.layers(FIRST), FIRST)),
        read_attentive(terms),
        (terms["place.weight"], terms["place.bias"]),
    )


@cache
def _network() -> AdaptedEncoder:
    """Raises AdaptedError."""
    return network_of(read_tensors(FILE, "reads what English sentences wish for", CLASSES, AdaptedError)[0])


def embedded(text: str, before: str = "", count: int = FIRST) -> tuple[np.ndarray, list[tuple[int, int]], list[tuple[int, int]]]:
    """What so many of the encoder's first layers make of a text behind what stands `before` it, (T, 384); where in both each of
    the T stands; and where in the text as it was typed, (0, 0) for none. Raises EncoderError."""
    from . import head

    size, normalised = len(before), head.load().speller.normalise(text)
    words, spoken = encoder.words(before + normalised.text, count)
    return words, spoken, [normalised.source(a - size, b - size) if b > a >= size else (0, 0) for a, b in spoken]


def layers() -> tuple[EncoderLayer, ...]:
    """The adapted layers. Raises AdaptedError, EncoderError."""
    return _network().layers


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[np.ndarray, list[PlaceWord]]:
    """The probability of each class, and what each word says of places."""
    first, _, stands = embedded(text)
    words, network = _network().words(first), _network()
    return network.probabilities(words), place_words(words, stands, network.place)


def read(text: str) -> dict[str, float]:
    """Class -> probability. Raises AdaptedError, EncoderError."""
    return dict(zip(CLASSES, map(float, _read(text)[0]), strict=True))


def places(text: str) -> list[PlaceWord]:
    """What each word says of where something is to be done.

    Raises AdaptedError, EncoderError."""
    return _read(text)[1]
