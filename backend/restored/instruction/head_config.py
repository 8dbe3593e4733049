"""The shape of the head that judges sentences; shared by the network that is trained and the reader that runs."""

from dataclasses import asdict, dataclass
from typing import Any, Final

KINDS: Final = ("general", "off_topic", "add", "foreign")
"""What else a sentence can be or contain, besides wishes for tasks."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """Hyperparameters. The defaults have about a million parameters.

    width, heads, layers: of the token reader; whole: width of the sentence reader; share: its weight in the average.
    """

    width: int = 144
    heads: int = 4
    layers: int = 2
    dropout: float = 0.2
    embedding: int = 256
    whole: int = 384
    share: float = 0.5

    def to_dict(self) -> dict[str, Any]:
        """For head.json."""
        return asdict(self)
