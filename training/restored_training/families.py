"""How each model family is built and fed in training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.ground.tasks import info
from restored.models.base import ModelError
from restored.models.coarse import descend, unit
from restored.models.swift import Swift, SwiftConfig

from .config import ConfigError, ModelConfig, RunConfig
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
    except ModelError as error:
        raise ConfigError(f"The run's hyperparameters do not make a network: {error}") from error


def check_patches(model: nn.Module, config: RunConfig) -> None:
    """Raises ConfigError for patches that the network cannot be shown whole at all its scales."""
    tasks = [config.mix.named] if config.mix.named else config.mix.tasks
    if not isinstance(model, Swift) or not any(info(task).reaches_far for task in tasks):
        return
    side = unit(model.stride, model.config.reductions)
    for stage in config.patches:
        if stage.size % side:
            raise ConfigError(f"Patches of {stage.size} pixels do not fit this network: their side must be a multiple of {side}.")


def reads_text(config: ModelConfig) -> bool:
    """True when the family is conditioned by the instruction's embedding rather than by the plan."""
    return config.family == "instructir"


def restore(model: nn.Module, group: Group, embedding: Tensor | None = None) -> Tensor:
    """The model's result for a group: (N, 3, s, s), not clamped. embedding: (N, text_dim) for families that read text."""
    if isinstance(model, Swift):
        weights = torch.tensor(group.plan.strengths(model.config.tasks), device=group.damaged.device)
        return model(group.damaged, weights, group.context, group.windows, reductions=model.reductions(group.plan))
    if embedding is None:
        raise ValueError("this family is conditioned by an instruction's embedding")
    return model(group.damaged, embedding)


@dataclass(frozen=True, slots=True)
class View:
    """What a model made of a group at one scale, with what it was shown and what it should have made: (N, 3, h, w) each."""

    result: Tensor
    target: Tensor
    damaged: Tensor


def views(model: nn.Module, group: Group, target: Tensor, embedding: Tensor | None = None) -> list[View]:
    """The model's results for a group at every scale that it works at, each with its own target.

    Where it works coarse to fine, only the middle of the patch, a third as wide and high, is seen at full size: the reduced
    picture needs surroundings as wide as the damage, and what is left for the full size is short.
    """
    reductions = model.reductions(group.plan) if isinstance(model, Swift) else ()
    if not isinstance(model, Swift) or not reductions:
        return [View(restore(model, group, embedding), target, group.damaged)]
    weights = torch.tensor(group.plan.strengths(model.config.tasks), device=group.damaged.device)
    convs, reading = model.compile(weights), model.reader(group.context, weights)
    size = group.damaged.shape[-1]
    margin = size // 3 // model.stride * model.stride
    middle = slice(margin, size - margin)
    left, top, right, bottom = group.windows.unbind(1)
    share_x, share_y = (right - left) * margin / size, (bottom - top) * margin / size
    inner = group.windows + torch.stack([share_x, share_y, -share_x, -share_y], 1)

    def step(small: Tensor, guess: Tensor | None) -> Tensor:
        if small.shape[-1] < size or guess is None:
            return model.restore(small, convs, reading, group.windows, guess)
        return model.restore(small[..., middle, middle], convs, reading, inner, guess[..., middle, middle])

    out = []
    for factor, result in descend(group.damaged, reductions, step):
        clean, seen = (
            value[..., middle, middle] if factor == 1 else F.avg_pool2d(value, factor) for value in (target, group.damaged)
        )
        out.append(View(result, clean, seen))
    return out


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
