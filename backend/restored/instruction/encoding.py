"""What the frozen text encoder gives, whoever reads its files."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from restored.ground.errors import InstallationError

if TYPE_CHECKING:
    import numpy as np

MAX_TOKENS: Final = 64
"""Longer instructions are cut: attention and time grow with the length, and a wish is a sentence or two."""

LAYERS: Final = (3, 6)
"""The hidden layers a token is described by: the middle one keeps the words apart, the last one knows the sentence."""

WIDTH: Final = 384


class EncoderError(InstallationError):
    """The encoder's files are missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of texts.

    tokens: (N, T, 768) float32, the LAYERS side by side, 0 where a text has ended; mask: (N, T) bool, True at tokens;
    offsets: per text, (start, end) character ranges of its tokens, (0, 0) for the two markers;
    pooled: (N, 384) float32, the sentence embedding (mean over tokens, L2-normalised).
    """

    tokens: "np.ndarray"
    mask: "np.ndarray"
    offsets: list[list[tuple[int, int]]]
    pooled: "np.ndarray"


class TextEncoder(Protocol):
    """What reads sentences. Thread-safe once it is loaded."""

    def encode(self, texts: list[str]) -> Encoded:
        """Encode a batch; the longest text sets T. Texts are cut at MAX_TOKENS."""
        ...

    def vocabulary(self) -> list[str]:
        """The whole words the encoder knows (its word pieces without continuation)."""
        ...
