"""Differences between two arms, with an interval that knows seeds and pictures are few, and the verdict on a claim."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

Verdict = Literal["supported", "not supported", "not testable at this scale"]

DRAWS: Final = 4000
MARGIN: Final = 0.1
"""dB: what is less than this is alike; an interval that reaches so far on both sides of 0 says nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one arm is than another: mean, and 95 % interval over seeds and pictures; each seed's own mean."""

    mean: float
    low: float
    high: float
    seeds: tuple[float, ...]

    @property
    def agreed(self) -> bool:
        """True when no seed says otherwise."""
        return all(value > 0 for value in self.seeds) or all(value < 0 for value in self.seeds)

    @property
    def sure(self) -> bool:
        return self.low > 0 or self.high < 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def difference(better: np.ndarray, worse: np.ndarray, *, draws: int = DRAWS, seed: int = 0) -> Difference:
    """better, worse: (seeds, pictures), the same damage on the same pictures. Bootstrap clustered over both: each draw takes
    seeds and pictures anew, with replacement."""
    gap = np.asarray(better, float) - np.asarray(worse, float)
    rng = np.random.default_rng(seed)
    seeds, pictures = gap.shape
    # a mean over drawn rows and columns is a product of how often each was drawn
    rows = rng.multinomial(seeds, np.full(seeds, 1 / seeds), draws) / seeds
    columns = rng.multinomial(pictures, np.full(pictures, 1 / pictures), draws) / pictures
    means = np.einsum("ds,sp,dp->d", rows, gap, columns)
    low, high = np.quantile(means, [0.025, 0.975])
    return Difference(float(gap.mean()), float(low), float(high), tuple(map(float, gap.mean(1))))


def verdict(full: Difference, half: Difference | None) -> Verdict:
    """Supported: at full length the interval excludes 0 on the claimed side and all seeds agree, and at half the length the sign
    is the same. Not testable: nothing can be said either way, as the interval includes 0 and reaches 0.1 dB on both sides."""
    if full.low > 0 and full.agreed and (half is None or half.mean > 0):
        return "supported"
    if full.low < -MARGIN and full.high > MARGIN:
        return "not testable at this scale"
    return "not supported"


def alike(full: Difference) -> Verdict:
    """Of a claim that two are alike. Supported: the interval lies within the margin on both sides of 0. Not testable: it reaches
    beyond it on both."""
    if full.low >= -MARGIN and full.high <= MARGIN:
        return "supported"
    return "not testable at this scale" if full.low < -MARGIN and full.high > MARGIN else "not supported"


def arrays(figures: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The PSNR tables of a results file, {arm: {set: [[...]]}} flattened to "arm/set"."""
    return {f"{arm}/{name}": np.asarray(values) for arm, sets in figures.items() for name, values in sets.items()}
