"""AdamW, and Muon for the convolutions' general weights with AdamW for the rest."""

from typing import Any

import torch
from torch import Tensor, nn

from restored.ground.tasks import is_task

from ..runs.config import OptimConfig


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal by Newton-Schulz (Jordan et al. 2024), scaled to AdamW's size (Liu et al. 2025,
    arXiv 2502.16982, eq. 4: 0.2 sqrt(max(rows, columns))), so that both share one learning rate.

    For weights of two dimensions or more; a conv's (out, in, k, k) counts as a matrix (out, in*k*k), and one with three
    dimensions as a matrix per task, of which those without a gradient keep still.
    """

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update; weights without a gradient keep still. Matrices of one shape are made orthogonal together: one by one they
        are thousands of kernels too small for a GPU."""
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[tuple[Tensor, Tensor]]] = {}
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                wanted = weight.grad.lerp(momentum, group["momentum"])
                matrices = zip(wanted, weight, strict=True) if weight.ndim == 3 else [(wanted.flatten(1), weight)]
                for matrix, place in matrices:
                    # a model of one task always has a gradient, and a look at it would make a GPU wait
                    if weight.ndim != 3 or len(weight) == 1 or bool(matrix.any()):
                        alike.setdefault(tuple(matrix.shape), []).append((matrix, place))
            for shape, pairs in alike.items():
                updates = orthogonal(torch.stack([matrix for matrix, _ in pairs]))
                for update, (_, place) in zip(updates, pairs, strict=True):
                    place.add_(update.view(place.shape), alpha=-group["lr"] * 0.2 * max(shape) ** 0.5)


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest matrices with singular values near 1 (within about 0.7-1.2), by five Newton-Schulz steps: (..., m, n).

    Every step multiplies from the left by a polynomial of the Gram matrix, and those commute: so they are gathered on the small
    Gram matrix, and the large one is multiplied twice instead of ten times.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    gram = x @ x.mT
    one = torch.eye(gram.shape[-1], device=gram.device)
    gathered = one
    for _ in range(5):
        step = 3.4445 * one - 4.7750 * gram + 2.0315 * gram @ gram
        gathered = step @ gathered
        gram = step @ gram @ step
    x = gathered @ x
    return x.mT if tall else x


class Optimizers:
    """One or two optimisers behind the few verbs that the trainer needs."""

    def __init__(self, model: nn.Module, config: OptimConfig) -> None:
        matrices: list[nn.Parameter] = []
        tasks: list[nn.Parameter] = []
        rest: list[nn.Parameter] = []
        for name, weight in model.named_parameters():
            if not weight.requires_grad:
                continue
            conv = name.endswith(".weight") and weight.ndim == 4 and min(weight.flatten(1).shape) > 3
            general = config.kind == "muon" and (conv or name.endswith(".own") or _is_factor(name))
            (matrices if general else tasks if _of_one_task(name) else rest).append(weight)
        # a task's factor starts at zero and sees a gradient only when it is asked for: at the common rate it stays idle (2-10 %
        # of the general weight after 5,000 steps, and the tasks that sharpen did nothing); as LoRA+ (Hayou et al. 2024)
        groups = [{"params": rest, "factor": 1.0}, {"params": tasks, "factor": config.task_lr}]
        self._all: list[torch.optim.Optimizer] = []
        if filled := [group for group in groups if group["params"]]:
            fast = {"fused": True} if next(model.parameters()).is_cuda else {"foreach": True}
            self._all.append(
                torch.optim.AdamW(filled, lr=config.lr, betas=config.betas, weight_decay=config.weight_decay, **fast)
            )
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
    """True for the factors of task biases that are zero at the start, and for channel gains."""
    return name.endswith((".up", ".gain")) or (_is_factor(name) and ".up." in name)


def _is_factor(name: str) -> bool:
    """True for factors that are a tensor per task (`up.TASK`): plain matrices, which Muon moves as it does weights."""
    *_, side, task = ("", *name.split("."))
    return side in ("up", "down") and is_task(task)
