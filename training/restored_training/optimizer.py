"""AdamW, and Muon for the convolutions' general weights with AdamW for the rest."""

from typing import Any

import torch
from torch import Tensor, nn

from .config import OptimConfig


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal by Newton-Schulz (Jordan et al. 2024), scaled to AdamW's size (Liu et al. 2025,
    arXiv 2502.16982, eq. 4: 0.2 sqrt(max(rows, columns))), so that both share one learning rate.

    For weights of two dimensions or more; a conv's (out, in, k, k) counts as a matrix (out, in*k*k).
    """

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update; weights without a gradient keep still."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(momentum, group["momentum"]).flatten(1))
                weight.add_(update.view(weight.shape), alpha=-group["lr"] * 0.2 * max(update.shape) ** 0.5)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix with singular values near 1 (within about 0.7-1.2), by five Newton-Schulz steps in bf16."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).bfloat16()
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Optimizers:
    """One or two optimisers behind the few verbs that the trainer needs."""

    def __init__(self, model: nn.Module, config: OptimConfig) -> None:
        matrices: list[nn.Parameter] = []
        tasks: list[nn.Parameter] = []
        rest: list[nn.Parameter] = []
        for name, weight in model.named_parameters():
            general = config.kind == "muon" and name.endswith(".weight") and weight.ndim == 4 and min(weight.flatten(1).shape) > 3
            (matrices if general else tasks if _of_one_task(name) else rest).append(weight)
        # a task's factor starts at zero and sees a gradient only when it is asked for: at the common rate it stays idle (2-10 %
        # of the general weight after 5,000 steps, and the tasks that sharpen did nothing); as LoRA+ (Hayou et al. 2024)
        groups = [{"params": rest, "factor": 1.0}, {"params": tasks, "factor": config.task_lr}]
        self._all: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                [group for group in groups if group["params"]],
                lr=config.lr,
                betas=config.betas,
                weight_decay=config.weight_decay,
                foreach=True,
            )
        ]
        if matrices:
            self._all.append(Muon(matrices, config.lr))

    def set_lr(self, lr: float) -> None:
        for optimizer in self._all:
            for group in optimizer.param_groups:
                group["lr"] = lr * group.get("factor", 1.0)

    def step(self) -> None:
        for optimizer in self._all:
            optimizer.step()

    def zero_grad(self) -> None:
        for optimizer in self._all:
            optimizer.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer in self._all]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for optimizer, state in zip(self._all, states, strict=True):
            optimizer.load_state_dict(state)


def _of_one_task(name: str) -> bool:
    """True for the factors of `swift`'s task biases that are zero at the start."""
    return name.endswith(".up")
