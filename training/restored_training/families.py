"""How each model family is built and fed in training."""

from typing import Any

import torch
from torch import Tensor, nn

from restored.models.swift import Swift, SwiftConfig

from .config import ConfigError, ModelConfig
from .sampling import Group


def build(config: ModelConfig) -> nn.Module:
    """A fresh network of the configured family. Raises ConfigError for hyperparameters the family does not have."""
    try:
        if config.family == "swift":
            return Swift(SwiftConfig(**config.hyperparameters))
        from restored.models.instructir import InstructIR

        return InstructIR(**config.hyperparameters)
    except TypeError as error:
        raise ConfigError(f"The family {config.family} has no such hyperparameter: {error}.") from error


def restore(model: nn.Module, group: Group, embedding: Tensor | None = None) -> Tensor:
    """The model's result for a group: (N, 3, s, s), not clamped."""
    if isinstance(model, Swift):
        return model(group.damaged, group.weights.to(group.damaged.device), group.context, group.windows)
    if embedding is None:
        raise ValueError("this family is conditioned by an instruction's embedding")
    return model(group.damaged, embedding)


def hyperparameters(model: nn.Module) -> dict[str, Any]:
    """What `build` needs to make the same network again."""
    if isinstance(model, Swift):
        return model.config.to_dict()
    return {}


def state_dict_half(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same weights in half precision, as bundles carry them."""
    return {name: value.to(torch.float16) if value.is_floating_point() else value for name, value in state.items()}
