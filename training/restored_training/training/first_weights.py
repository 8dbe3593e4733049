"""The weights that a network begins or goes on with: whether they are its own, and how they become so."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from restored.models.base import ModelError
from restored.models.restorer import Restorer

from ..runs import checkpoint


def start_from(model: nn.Module, state: dict[str, Any]) -> None:
    """Begin with another run's (EMA) weights. Raises CheckpointError when the architecture differs."""
    weights: dict[str, Tensor] = checkpoint.averaged(state)
    try:
        model.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
    except RuntimeError as error:
        raise checkpoint.CheckpointError(f"Those weights are of another architecture than this run: {error}") from error


def adopted(model: Restorer, begun: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """The weights that a run begins with, for its network. Raises CheckpointError when they are of another kind."""
    weights: Mapping[str, Tensor] = checkpoint.averaged(begun)
    if begun.get("family") != model.family:
        return weights
    try:
        return model.adopt(weights, begun.get("hyperparameters", {}))
    except (ModelError, RuntimeError) as error:
        raise checkpoint.CheckpointError(str(error)) from error


def require_family(state: Mapping[str, Any], family: str) -> None:
    """Raises CheckpointError for a checkpoint of another family."""
    if state.get("family") != family:
        raise checkpoint.CheckpointError(f"The checkpoint holds a {state.get('family')} model, but this run trains {family}.")
