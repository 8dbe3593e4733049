"""A model family as the rest of the house sees it: one entry in the registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np

    from .base import Model
    from .restorer import Restorer


class Family(ABC):
    """Light to import; the networks come with torch when they are asked for."""

    name: ClassVar[str]
    reads_text: ClassVar[bool] = False
    """True when its models are conditioned by the instruction's embedding rather than by the plan."""

    has_light: ClassVar[bool] = False
    """True when a CPU can run its models without torch: conditioned in numpy, and as graphs."""

    @abstractmethod
    def network(self, architecture: Mapping[str, Any]) -> "Restorer":
        """A network with fresh weights. architecture: its hyperparameters, as they stand in a bundle or run file. Raises
        TypeError, ValueError or ModelError for hyperparameters that it does not have."""

    def presets(self) -> Mapping[str, Mapping[str, Any]]:
        """Named configurations: hyperparameters as `network` takes them."""
        return {"default": {}}

    def macs_per_pixel(self, architecture: Mapping[str, Any]) -> float | None:
        """Multiply-accumulates per pixel of a tile; None where nobody counted."""
        return None

    def light(self, architecture: Mapping[str, Any], arrays: "Mapping[str, np.ndarray]") -> "Model":
        """The model with these weights (a state dict, float32) in its form that needs no torch. Only where `has_light`; raises as
        `network` does."""
        raise NotImplementedError
