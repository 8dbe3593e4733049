"""Losses, in fp32, balanced so that no kind of damage drowns the others."""

from collections.abc import Iterable

import torch
from torch import Tensor

from .config import LossConfig


def restoration_loss(result: Tensor, target: Tensor, config: LossConfig) -> Tensor:
    """l1 * |result - target| + frequency * |FFT(result) - FFT(target)| (SymUNet's recipe; orthonormal FFT), a scalar."""
    difference = result.float() - target.float()
    loss = config.l1 * difference.abs().mean()
    if config.frequency:
        spectrum = torch.fft.rfft2(difference, norm="ortho")
        loss = loss + config.frequency * torch.view_as_real(spectrum).abs().mean()
    return loss


class KindBalance:
    """Divides each group's loss by the running mean of its kind's, so that darkness (large errors) does not drown noise (small).

    State is a plain dict, for checkpoints.
    """

    def __init__(self, state: dict[str, float] | None = None, *, momentum: float = 0.97, floor: float = 0.004) -> None:
        self.state: dict[str, float] = dict(state or {})
        self._momentum, self._floor = momentum, floor

    def weight(self, kind: str, loss: float) -> float:
        """What to multiply a loss of this kind with; `loss` is its value."""
        usual = self.state.get(kind, loss)
        return 1.0 / max(usual, self._floor, loss / 4)

    def update(self, seen: Iterable[tuple[str, float]]) -> None:
        """Take in the losses of a step, one (kind, loss) per group."""
        for kind, loss in seen:
            before = self.state.get(kind, loss)
            # one wild sample must not silence its kind for the next hundred
            self.state[kind] = self._momentum * before + (1 - self._momentum) * min(loss, 4 * before)
