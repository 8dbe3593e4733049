"""Weight modulation (Instruct-IPT, section 3.2, eqs. 1 and 2): what tasks add to a general weight, as products of low rank.

The one implementation for every family: `swift`'s convolutions, `instruct_ipt`'s transformer and the diffusion U-Net of the
papers' experiments.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor, nn

UP: Final = "up"
DOWN: Final = "down"


class Modulated(nn.Module):
    """A layer whose weight carries what tasks add to it."""

    general = False
    """True while tasks add nothing, whatever is asked for."""

    @contextmanager
    def without_tasks(self) -> Iterator[None]:
        """While inside, the weight stays general whatever is asked for: to measure what its biases are worth."""
        self.general = True
        try:
            yield
        finally:
            self.general = False


def low_rank(up: Tensor, down: Tensor, strengths: Tensor) -> Tensor:
    """sum_t p_t up_t down_t, (..., out, in): one product of the factors laid side by side.

    up: (..., n, out, r); down: (..., n, r, in); strengths: (n,). Leading dimensions are layers of one shape, compiled together.
    """
    scaled = up * strengths[:, None, None]
    return scaled.transpose(-3, -2).flatten(-2) @ down.flatten(-3, -2)


def rank_of(channels_out: int, fan_in: int, *, rank: int, proportion: float | None = None) -> int:
    """The rank of a task's bias on a weight: `rank` in every layer (constant), or `proportion` of the weight's own
    (section 3.2, rank analysis), at least 1 and at most the weight's own."""
    full = min(channels_out, fan_in)
    wanted = rank if proportion is None else max(1, round(proportion * full))
    return min(wanted, full)


def new_factors(channels_out: int, fan_in: int, rank: int) -> tuple[Tensor, Tensor]:
    """Factors of a bias that is zero at the start: up (out, r) of zeros, down (r, in) of rows about as long as 1."""
    return torch.zeros(channels_out, rank), torch.randn(rank, fan_in) * fan_in**-0.5
