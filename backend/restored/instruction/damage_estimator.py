"""Looks at a picture and says what is wrong with it: a small network on `measures`, trained on synthetic damage. A proposal."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from restored.ground.errors import InstallationError
from restored.ground.shipped import shipped
from restored.ground.tasks import info

from .measures import LUMA, SIDE, as_rgb, dark_channel, measure, noise_levels, part_of, whole_of
from .tasks import TASKS, Task

FILE: Final = Path(__file__).with_name("head_files") / "picture.safetensors"
MAX_STEPS: Final = 3
"""A proposal names the worst few: more would be guessing."""

BLACK: Final = 0.25
"""A picture whose brightest hundredth stays below this (encoded) is under-exposed, whatever the network has seen."""

AMOUNTS: Final[dict[Task, str]] = {
    "denoise": "about {n} of 255",
    "lowlight": "about {n} stops",
    "dehaze": "a veil of about {n} %",
}
_DIGITS: Final[dict[Task, str]] = {"denoise": ".0f", "lowlight": ".1f", "dehaze": ".0%"}
"""How what is measured is written."""

NOTABLE: Final[dict[Task, float]] = {"denoise": 4.8, "lowlight": 3.5, "dehaze": 0.37}
"""Amounts (see `measured`) from which a damage is mentioned to who asks what is wrong: those that one in twenty of the free
photographs passes that are fit as clean ones."""


class EstimatorError(InstallationError):
    """The estimator's file is missing or damaged; the message is a sentence for the user."""


class Estimator:
    """(M,) measures -> (9,) probabilities: standardise, one hidden layer (tanh), sigmoid.

    mean, spread: (M,); w1: (M, H); b1: (H,); w2: (H, 9); b2: (9,); thresholds: (9,) from which damage is proposed, chosen so
    that an undamaged photograph is rarely called damaged.
    """

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self.tensors = tensors

    def probabilities(self, measures: np.ndarray) -> np.ndarray:
        """(..., M) -> (..., 9)."""
        t = self.tensors
        x = np.clip((measures - t["mean"]) / t["spread"], -4, 4)
        return 1 / (1 + np.exp(-(np.tanh(x @ t["w1"] + t["b1"]) @ t["w2"] + t["b2"])))

    @property
    def thresholds(self) -> np.ndarray:
        """(9,) probabilities."""
        return self.tensors["thresholds"]


@cache
def load(file: Path = FILE) -> Estimator:
    """The shipped estimator, its sha256 checked against the .json beside it. Raises EstimatorError."""
    from safetensors.numpy import load as load_tensors

    return Estimator(load_tensors(shipped(file, "judges pictures", EstimatorError)))


def estimate(context: np.ndarray | None, sample: np.ndarray | None = None) -> dict[Task, float]:
    """Task -> probability that the picture needs it, the worst first, only what passes its threshold.

    context: H x W x 3 in [0, 1], the whole picture small; sample: a part at full resolution. One can stand in for the other,
    less well: a thumbnail has lost most of its noise and compression.
    """
    whole = context if context is not None else sample
    part = sample if sample is not None else context
    if whole is None or part is None or 0 in whole.shape or 0 in part.shape:
        return {}
    estimator = load()
    found = estimator.probabilities(measure(whole, part))
    if np.quantile(as_rgb(whole, SIDE) @ LUMA, 0.99) < BLACK:
        found[TASKS.index("lowlight")] = max(0.9, found[TASKS.index("lowlight")])
    excess = found - estimator.thresholds
    order = sorted(range(len(TASKS)), key=lambda index: -excess[index])
    return {TASKS[index]: float(found[index]) for index in order if excess[index] >= 0 and sample_matters(index, sample)}


def measured(context: np.ndarray | None, sample: np.ndarray | None = None) -> dict[Task, float]:
    """Task -> how much of it there is, for those damages that have a measure of their own.

    Noise: its standard deviation in the calm parts (of 255). Light: stops from the median to middle gray, where it is darker.
    Haze: how far the dark channel (He et al. 2009) stands above black, in [0, 1].
    """
    whole = context if context is not None else sample
    part = sample if sample is not None else context
    if whole is None or part is None or 0 in whole.shape or 0 in part.shape:
        return {}
    small = whole_of(whole)
    median = float(np.median((small @ LUMA) ** 2.2))
    found = {"denoise": 255 * float(np.exp(noise_levels(part_of(part))[0]))}
    if median < 0.18:
        found["lowlight"] = float(np.log2(0.18 / max(median, 1e-3)))
    found["dehaze"] = dark_channel(small)
    return found


def amounts(found: Mapping[Task, float]) -> dict[Task, str]:
    """What was `measured`, in words."""
    return {task: AMOUNTS[task].format(n=format(amount, _DIGITS[task]).rstrip("%")) for task, amount in found.items()}


def possible(found: Mapping[Task, float]) -> tuple[Task, ...]:
    """Of what was `measured` the tasks of which there is more than undamaged photographs mostly have (`NOTABLE`), whether or not
    the network calls it damage: a scene may be pale or dark by itself."""
    return tuple(task for task, amount in found.items() if amount >= NOTABLE[task])


def sample_matters(index: int, sample: np.ndarray | None) -> bool:
    """Fine damage is only judged on full-resolution pixels."""
    return sample is not None or not info(TASKS[index]).fine
