"""How the learning rate goes over a run."""

import math

from ..runs.config import RunConfig


def learning_rate(config: RunConfig, step: int, share: float | None = None) -> float:
    """Linear warm-up, then cosine from `lr` to `final_lr` at the end; share: how much of the run is done, else by steps."""
    optim = config.optim
    if step < optim.warmup:
        return optim.lr * (step + 1) / optim.warmup
    warm = optim.warmup / config.steps
    share = ((step / config.steps if share is None else share) - warm) / max(1e-9, 1 - warm)
    return optim.final_lr + (optim.lr - optim.final_lr) * 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, share))))
