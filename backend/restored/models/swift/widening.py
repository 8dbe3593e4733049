"""A `swift` whose task biases have a low rank, as one whose biases have a higher rank or a full one: the same function."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from ..base import ModelError
from ..lowrank import TaskConv2d
from .config import SwiftConfig

if TYPE_CHECKING:
    from .network import Swift

_SHUT: Final = 0.02
"""A channel whose gain for a task is below this does nothing for it."""

_FREE: Final = ("rank", "own_levels", "composite", "reductions", "coarse_tasks", "veil")


def widened(
    weights: Mapping[str, Tensor], before: SwiftConfig, after: SwiftConfig, build: "Callable[[SwiftConfig], Swift]"
) -> dict[str, Tensor]:
    """The state dict of a network of `after` that computes what `weights`, of `before`, do. build: makes an untrained network.

    In layers that become each task's own, channels that the task's gains had shut come back with the general weight, and what
    follows does not hear them yet. Raises ModelError when more differs than what is in _FREE.
    """
    free = {name: getattr(after, name) for name in _FREE}
    if replace(before, **free) != after:
        raise ModelError("Those weights are of another architecture than this run: more than the biases' rank differs.")
    old = build(before)
    old.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
    torch.manual_seed(0)  # the new directions of all experts begin alike
    new = build(after)
    with torch.no_grad():
        deaf: dict[int, Tensor | None] = {}
        for name, conv in new.convs.items():
            narrow = old.convs[name]
            assert isinstance(conv, TaskConv2d)
            assert isinstance(narrow, TaskConv2d)
            conv.weight.copy_(narrow.weight)
            conv.bias.copy_(narrow.bias)
            for number in range(len(after.tasks)):
                if conv.rank is None:
                    deaf[number] = _own(conv, narrow, number, deaf.get(number))
                else:
                    _of_rank(conv, narrow, number)
        new.reader.load_state_dict(old.reader.state_dict())
        if new.veil and old.veil:
            new.veil.load_state_dict(old.veil.state_dict())
    return {name: value.detach().clone() for name, value in new.state_dict().items()}


def _own(conv: TaskConv2d, before: TaskConv2d, number: int, deaf: Tensor | None) -> Tensor | None:
    """Fill one task's bias of full rank. Returns the channels that the next conv must not hear yet."""
    plan = torch.zeros(len(before.task_bias))
    plan[number] = 1
    weight, bias = (value.clone() for value in before.compiled(plan))
    shut = None
    if before.gain is not None:
        shut = (1 + before.gain[number]).abs() < _SHUT
        change = before.change(torch.tensor([number]), torch.ones(1)).view_as(weight)
        weight[shut], bias[shut] = (before.weight + change)[shut], before.bias[shut]
    elif deaf is not None:
        weight[:, deaf] = 0
    conv.own[number] = (weight - before.weight).flatten(1)
    conv.task_bias[number] = bias - before.bias
    return shut


def _of_rank(conv: TaskConv2d, before: TaskConv2d, number: int) -> None:
    """Carry one task's low-rank bias into more directions, which begin silent."""
    if before.rank is None or before.rank > (conv.rank or 0):
        raise ModelError("Those weights have biases of a higher rank than this run's.")
    conv.up[number].zero_()
    conv.up[number, :, : before.rank] = before.up[number]
    conv.down[number, : before.rank] = before.down[number]
    conv.task_bias[number] = before.task_bias[number]
    if conv.gain is not None and before.gain is not None:
        conv.gain[number] = before.gain[number]
