"""A convolution whose weight carries one low-rank bias per task (Instruct-IPT, section 3: W' = W + B1 B2)."""

import torch
from torch import Tensor, nn

from restored.instruction.tasks import TASKS


class TaskConv2d(nn.Module):
    """A conv with a general weight and, per task, a low-rank bias on that weight and an ordinary bias.

    weight: (out, in, k, k); bias: (out,); up: (tasks, out, rank) zero at the start; down: (tasks, rank, in*k*k);
    task_bias: (tasks, out) zero at the start. With a plan p: W' = W + sum_t p_t up_t down_t, b' = b + sum_t p_t task_bias_t.
    """

    def __init__(
        self, channels_in: int, channels_out: int, kernel: int, *, stride: int = 1, rank: int = 4, gain: float = 1.0
    ) -> None:
        super().__init__()
        self.stride = stride
        self.kernel = kernel
        weight = torch.empty(channels_out, channels_in, kernel, kernel)
        nn.init.kaiming_normal_(weight, nonlinearity="relu")
        self.weight = nn.Parameter(weight * gain)
        self.bias = nn.Parameter(torch.zeros(channels_out))
        fan_in = channels_in * kernel * kernel
        self.up = nn.Parameter(torch.zeros(len(TASKS), channels_out, rank))
        self.down = nn.Parameter(torch.randn(len(TASKS), rank, fan_in) * fan_in**-0.5)
        self.task_bias = nn.Parameter(torch.zeros(len(TASKS), channels_out))

    def compiled(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """The weight and bias for one plan.

        weights: (tasks,) float, the plan's strength per task. Returns ((out, in, k, k), (out,)), differentiable.
        """
        active = torch.nonzero(weights).flatten()
        p = weights[active]
        bias = self.bias + p @ self.task_bias[active]
        up = (self.up[active] * p[:, None, None]).permute(1, 0, 2).flatten(1)
        return self.weight + (up @ self.down[active].flatten(0, 1)).view_as(self.weight), bias
