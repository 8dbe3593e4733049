"""A model family as the rest of the house sees it: one entry in the registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .restorer import Restorer


class Family(ABC):
    """Light to import; the networks come with torch when they are asked for."""

    name: ClassVar[str]
    reads_text: ClassVar[bool] = False
    """True when its models are conditioned by the instruction's embedding rather than by the plan."""

    @abstractmethod
    def network(self, architecture: Mapping[str, Any]) -> "Restorer":
        """A network with fresh weights. architecture: its hyperparameters, as they stand in a bundle or run file. Raises
        TypeError, ValueError or ModelError for hyperparameters that it does not have."""
