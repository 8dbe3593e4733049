"""A convolution whose weight carries one bias per task, of low or of full rank (Instruct-IPT, section 3: W' = W + B1 B2)."""

from contextlib import AbstractContextManager
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from .modulation import Modulated, low_rank


class TaskConv2d(Modulated):
    """A conv with a general weight and, per task, a low-rank bias on it, an ordinary bias and, if `gated`, channel gains.

    weight: (out, in, k, k); bias: (out,); up: (tasks, out, rank) zero at the start; down: (tasks, rank, in*k*k);
    task_bias: (tasks, out) zero at the start; gain: (tasks, out). With a plan p:
    W' = prod_t (1 + p_t gain_t) (W + sum_t p_t up_t down_t), b' = prod_t (1 + p_t gain_t) (b + sum_t p_t task_bias_t).
    With rank None the bias on the weight is `own`, (tasks, out, in*k*k), of full rank and zero at the start, in place of
    up_t down_t, and there are no gains; with rank 0 there is none.

    At the start a gated conv gives every task its own random half of the channels: tasks that want opposite things of the same
    detail (noise away, sharpness back) would else hold each other at doing nothing while the biases are still small.
    """

    OF_TASKS: ClassVar[tuple[str, ...]] = ("own", "up", "down", "task_bias", "gain")
    """Parameters whose leading dimension is the task."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        tasks: int,
        *,
        stride: int = 1,
        rank: int | None = 4,
        gain: float = 1.0,
        gated: bool = False,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.kernel = kernel
        weight = torch.empty(channels_out, channels_in, kernel, kernel)
        nn.init.kaiming_normal_(weight, nonlinearity="relu")
        self.weight = nn.Parameter(weight * gain)
        self.bias = nn.Parameter(torch.zeros(channels_out))
        fan_in = channels_in * kernel * kernel
        self.rank = rank
        self.task_bias = nn.Parameter(torch.zeros(tasks, channels_out))
        self.gain: nn.Parameter | None = None
        if rank is None:
            self.own = nn.Parameter(torch.zeros(tasks, channels_out, fan_in))
            return
        self.up = nn.Parameter(torch.zeros(tasks, channels_out, rank))
        self.down = nn.Parameter(torch.randn(tasks, rank, fan_in) * fan_in**-0.5)
        if gated:
            order = torch.rand(tasks, channels_out).argsort(1)
            self.gain = nn.Parameter(torch.where(order < channels_out // 2, -1.0, 2**0.5 - 1))

    def compiled(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """The weight and bias for one plan.

        weights: (tasks,) float, the plan's strength per task. Returns ((out, in, k, k), (out,)), differentiable.
        """
        if self.general:
            return self.weight, self.bias
        # a model of one task needs no look at which are active, which would make a GPU wait
        active = torch.nonzero(weights).flatten() if len(weights) > 1 else slice(None)
        p = weights[active]
        bias = self.bias + p @ self.task_bias[active]
        weight = self.weight + self.change(active, p).view_as(self.weight)
        if self.gain is None:
            return weight, bias
        gain = (1 + p[:, None] * self.gain[active]).prod(0)
        return weight * gain[:, None, None, None], bias * gain

    def change(self, tasks: Tensor | slice, strengths: Tensor) -> Tensor:
        """What tasks add to the weight, before any gains: (out, in*k*k).

        tasks: (n,) int64, their numbers, or a slice of them; strengths: (n,) float.
        """
        if self.rank is None:
            return torch.einsum("n,noi->oi", strengths, self.own[tasks])
        return low_rank(self.up[tasks], self.down[tasks], strengths)


@runtime_checkable
class TaskLayer(Protocol):
    """A weight with a bias per task, whatever the family: what the analyses look at."""

    weight: nn.Parameter
    rank: int | None

    def compiled(self, weights: Tensor) -> tuple[Tensor, Tensor | None]:
        """The weight and bias for one plan; weights: (tasks,), in the order of the network's `tasks`."""
        ...

    def change(self, tasks: Tensor | slice, strengths: Tensor) -> Tensor:
        """What tasks add to the weight: (out, in*k*k)."""
        ...

    def without_tasks(self) -> AbstractContextManager[None]:
        """While inside, the weight stays general whatever is asked for."""
        ...


def task_layers(network: nn.Module) -> dict[str, TaskLayer]:
    """Every weight with a bias per task of a network, of any family, by its name."""
    return {name: layer for name, layer in network.named_modules() if isinstance(layer, TaskLayer) and layer.rank != 0}
