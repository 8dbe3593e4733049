"""Muon and Adam for many networks at once: every tensor has leading dimensions of members, and nothing waits for the device."""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

MUON_LR: Final = 0.02
ADAM_LR: Final = 2e-3
_MOMENTUM: Final = 0.95
_BETAS: Final = (0.9, 0.99)


class StackedOptimizer:
    """Muon (Jordan et al. 2024: lr 0.02, orthonormal update times sqrt(max(1, rows / columns))) for matrices, Adam for the rest.

    parameters: name -> (members, ...) tensor; matrices: name -> (rows, columns) of one member's matrices, for what Muon trains;
    further leading dimensions (a matrix per task) are members too. `rate` scales both, and is a tensor, so that a captured
    CUDA graph can be replayed under a schedule.
    """

    def __init__(self, parameters: Mapping[str, Tensor], matrices: Mapping[str, tuple[int, int]]) -> None:
        self.parameters = dict(parameters)
        device = next(iter(self.parameters.values())).device
        self.rate = torch.ones((), device=device)
        self._count = torch.zeros((), device=device)
        self._first = {name: torch.zeros_like(value) for name, value in self.parameters.items()}
        self._second = {name: torch.zeros_like(value) for name, value in self.parameters.items() if name not in matrices}
        self._alike: dict[tuple[int, int], list[str]] = {}
        for name, shape in matrices.items():
            if name in self.parameters:
                self._alike.setdefault(shape, []).append(name)

    @torch.no_grad()
    def step(self, gradients: Mapping[str, Tensor]) -> None:
        """One update of every parameter, in place."""
        for (rows, columns), names in self._alike.items():
            wanted = []
            for name in names:
                gradient = gradients[name]
                momentum = self._first[name].lerp_(gradient, 1 - _MOMENTUM)
                wanted.append(gradient.lerp(momentum, _MOMENTUM).reshape(-1, rows, columns))
            sizes = [len(value) for value in wanted]
            updates = orthogonal(torch.cat(wanted)) * (MUON_LR * max(1.0, rows / columns) ** 0.5)
            for name, update in zip(names, updates.split(sizes), strict=True):
                place = self.parameters[name]
                place.sub_(self.rate * update.view_as(place))
        self._count += 1
        rest = list(self._second)
        if not rest:
            return
        values, grads = [self.parameters[name] for name in rest], [gradients[name] for name in rest]
        firsts, seconds = [self._first[name] for name in rest], [self._second[name] for name in rest]
        torch._foreach_lerp_(firsts, grads, 1 - _BETAS[0])
        torch._foreach_mul_(seconds, _BETAS[1])
        torch._foreach_addcmul_(seconds, grads, grads, 1 - _BETAS[1])
        scale = ADAM_LR * self.rate / (1 - _BETAS[0] ** self._count)
        roots = torch._foreach_sqrt(seconds)
        torch._foreach_div_(roots, (1 - _BETAS[1] ** self._count).sqrt())
        torch._foreach_add_(roots, 1e-8)
        changes = torch._foreach_div(firsts, roots)
        torch._foreach_mul_(changes, scale)
        torch._foreach_sub_(values, changes)

    def memory(self) -> dict[str, Tensor]:
        """What one step hands to the next, the tensors themselves: to be kept, copied into, or set to zero."""
        parts = {"first": self._first, "second": self._second}
        return {"count": self._count, **{f"{part}.{name}": value for part, of in parts.items() for name, value in of.items()}}

    def reset(self) -> None:
        """Forget the warm-up steps of a graph's capture."""
        for value in self.memory().values():
            value.zero_()


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest matrices with singular values near 1, by five Newton-Schulz steps: (M, rows, columns)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.transpose(1, 2) if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.transpose(1, 2) if tall else x
