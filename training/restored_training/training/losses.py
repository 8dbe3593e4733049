"""Losses, in fp32, balanced so that no kind of damage drowns the others."""

import math
from collections.abc import Iterable
from typing import Final

import torch
from torch import Tensor

from ..runs.config import LossConfig

_USUAL: Final = 0.03
"""Keeps relative losses of the size of absolute ones."""
_FAINT: Final = 1e-5
"""Mean squared error (50 dB) below which the logarithm no longer counts: clean pictures must not outweigh all others."""
_LEAST: Final = 0.004
"""Mean absolute error below which a sample's damage no longer counts: one 8-bit step."""


def restoration_loss(result: Tensor, target: Tensor, config: LossConfig, damaged: Tensor | None = None) -> Tensor:
    """l1 * |result - target| + frequency * |FFT(result) - FFT(target)| (SymUNet's recipe; orthonormal FFT) + l2 * (its square,
    in units of the usual error) + log * (the logarithm of the mean square, NAFNet's PSNR loss), a scalar.

    With `config.relative`, every sample's share is first divided by the mean absolute error of its input, `damaged` (the square
    by the mean square): a slight blur that was made worse then weighs as much as a strong one that was made better, as it does
    in a mean of PSNRs.
    """
    difference = result.float() - target.float()
    each = config.l1 * difference.abs().mean((1, 2, 3))
    square = difference.square().mean((1, 2, 3))
    squared = config.l2 * square / _USUAL
    if config.log:
        logarithm = config.log * (torch.log10(square + _FAINT) - math.log10(_FAINT)) * _USUAL
    else:
        logarithm = torch.zeros_like(square)
    if config.frequency:
        spectrum = torch.fft.rfft2(difference, norm="ortho")
        each = each + config.frequency * torch.view_as_real(spectrum).abs().mean((1, 2, 3, 4))
    if config.relative and damaged is not None:
        before = damaged.float() - target.float()
        each = each * _USUAL / before.abs().mean((1, 2, 3)).clamp_min(_LEAST)
        squared = squared * _USUAL**2 / before.square().mean((1, 2, 3)).clamp_min(_LEAST**2)
    return (each + squared + logarithm).mean()


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
