"""How each model family is built and fed in training."""

from collections.abc import Callable
from typing import Any

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


def reads_text(config: ModelConfig) -> bool:
    """True when the family is conditioned by the instruction's embedding rather than by the plan."""
    return config.family == "instructir"


def restore(model: nn.Module, group: Group, embedding: Tensor | None = None) -> Tensor:
    """The model's result for a group: (N, 3, s, s), not clamped. embedding: (N, text_dim) for families that read text."""
    if isinstance(model, Swift):
        return model(group.damaged, group.weights.to(group.damaged.device), group.context, group.windows)
    if embedding is None:
        raise ValueError("this family is conditioned by an instruction's embedding")
    return model(group.damaged, embedding)


def watch_deepest(model: nn.Module, keep: Callable[[Tensor], None]) -> int:
    """Have `keep` shown the deepest features (N, C, h, w) of every forward pass; returns C."""
    if isinstance(model, Swift):
        model.tap = keep
        return model.config.widths[-1]
    from restored.models.instructir import InstructIR

    assert isinstance(model, InstructIR)

    def show(_layer: nn.Module, _inputs: Any, output: Any) -> None:
        keep(output)

    model.middle_blks.register_forward_hook(show)
    return model.middle_blks.get_submodule("0.norm1").get_parameter("weight").numel()


def hyperparameters(model: nn.Module, config: ModelConfig) -> dict[str, Any]:
    """What `build` needs to make the same network again."""
    if isinstance(model, Swift):
        return model.config.to_dict()
    return dict(config.hyperparameters)
