"""What a sentence on a result may say of the plan that it is said of, with the probability of each thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import sigmoid, softmax

WHAT: Final = "understands what is said of a result"

ACTS: Final = ("change", "less", "more", "drop", "limit", "undo", "again", "reset", "why", "praise", "other")
"""change: something of the picture, one of the plan's steps further or back, or a new wish; less, more: all of the plan; drop:
one step is not wanted at all; limit: wanted, but only in one place; praise: it stays; other: nothing of the picture."""

DONE: Final = {
    "denoise+": "noise removed",
    "deblur+": "sharpened",
    "derain+": "rain removed",
    "desnow+": "snow removed",
    "dehaze+": "haze removed",
    "superres+": "enlarged",
    "dejpeg+": "jpeg blocks removed",
    "enhance+": "colours improved",
    "inpaint+": "scratches removed",
    "exposure+": "brighter",
    "exposure-": "darker",
    "contrast+": "more contrast",
    "contrast-": "less contrast",
    "saturation+": "more colour",
    "saturation-": "less colour",
    "vibrance+": "more vibrant",
    "vibrance-": "less vibrant",
    "temperature+": "warmer",
    "temperature-": "cooler",
    "tint+": "more magenta",
    "tint-": "more green",
    "shadows+": "brighter shadows",
    "shadows-": "darker shadows",
    "highlights+": "brighter highlights",
    "highlights-": "darker highlights",
    "blacks+": "lifted blacks",
    "blacks-": "deeper blacks",
    "whites+": "brighter whites",
    "whites-": "darker whites",
    "black_and_white+": "black and white",
}
"""What the plan's steps are called where they stand before the sentence: a name, with its sign."""

NAMES: Final = tuple(dict.fromkeys(name[:-1] for name in DONE))
WANTS: Final = tuple(f"{name}{sign}" for name in NAMES for sign in "+-")
"""What the person would have more or less of: "denoise-" is a picture that has been smoothed too far."""

OF_A_STEP: Final = ("more", "less", "not", "there")
"""What becomes of a step: further, back, not wanted at all, in one place."""

SAYS: Final = ("where", "left out")
"""Of each word: whether it says where, and whether nothing shall be done there."""

OUTPUTS: Final = (*ACTS, *WANTS, *(f"not {name}" for name in NAMES), *(f"{name}@" for name in NAMES))
"""Of all the words: the act, the wants, and which steps are not wanted at all or are meant in one place."""


class ReactionsError(InstallationError):
    """A layer's file is missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class StepOdds:
    """What becomes of a step, each by itself between 0 and 1; see `OF_A_STEP`."""

    more: float = 0.0
    less: float = 0.0
    dropped: float = 0.0
    there: float = 0.0


@dataclass(frozen=True, slots=True)
class ReactionOdds:
    """Probabilities: of each act, all together 1; of each want; of what becomes of each step, by its name and
    sign."""

    acts: dict[str, float]
    wants: dict[str, float] = field(default_factory=dict)
    steps: dict[str, StepOdds] = field(default_factory=dict)


def outputs_of(name: str) -> list[int]:
    """Which of `OUTPUTS` say the same of any step of this name and sign as `OF_A_STEP`."""
    bare, other = name[:-1], "-" if name.endswith("+") else "+"
    return [OUTPUTS.index(each) for each in (name, f"{bare}{other}", f"not {bare}", f"{bare}@")]


def odds_of(logits: np.ndarray, steps: Mapping[str, np.ndarray]) -> ReactionOdds:
    """logits: (outputs,); steps: name and sign -> (4,), the logits of `OF_A_STEP`."""
    acts, wants, _, _ = np.split(logits, np.cumsum([len(ACTS), len(WANTS), len(NAMES)]))
    return ReactionOdds(
        dict(zip(ACTS, map(float, softmax(acts)), strict=True)),
        dict(zip(WANTS, map(float, sigmoid(wants)), strict=True)),
        {name: StepOdds(*map(float, sigmoid(row))) for name, row in steps.items()},
    )
