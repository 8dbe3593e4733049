"""What is said of a result where no rule of the grammar reads it ("her skin went to plastic", "where did the mood go?"): what
kind of reaction it is, and what the person would change of the picture as it is now. In English layers of ours read it from the
adapted encoder's words beside the plan that stands, in other languages from the sentence's vector. Which step of the plan is
meant, and whether it goes further or back, follows from the plan."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import softmax
from .attentive import AttentiveReading, read_attentive
from .grammar import LESS, MORE, Said
from .layer_files import read_tensors
from .plan import Step
from .softmax_layer import SoftmaxLayer, read_layer

FOLDER: Final = Path(__file__).with_name("head_files")

Reader = Literal["english", "multilingual"]
"""Whose vectors a layer reads: all-MiniLM's, or those of the encoder for other languages."""

ACTS: Final = ("change", "less", "more", "drop", "undo", "again", "reset", "why", "praise", "other")
"""change: something of the picture, one of the plan's steps further or back, or a new wish; less, more: all of the plan; drop:
one step is not wanted at all; praise: it stays; other: nothing of the picture."""

_NAMES: Final = (
    *("denoise", "deblur", "derain", "desnow", "dehaze", "superres", "dejpeg", "enhance", "inpaint"),
    *("exposure", "contrast", "saturation", "vibrance", "temperature", "tint", "shadows", "highlights", "blacks", "whites"),
    "black_and_white",
)
WANTS: Final = tuple(f"{name}{sign}" for name in _NAMES for sign in "+-")
"""What the person would have more or less of: "denoise-" is a picture that has been smoothed too far."""

KIN: Final = {
    "lowlight+": ("exposure+", "shadows+"),
    "lowlight-": ("exposure-",),
    "exposure+": ("shadows+",),
    "enhance+": ("contrast+", "saturation+", "vibrance+"),
    "enhance-": ("contrast-", "saturation-", "vibrance-"),
    "vibrance+": ("saturation+",),
    "vibrance-": ("saturation-",),
    "saturation+": ("vibrance+",),
    "saturation-": ("vibrance-",),
    "dejpeg-": ("denoise-",),
    "denoise-": ("dejpeg-",),
    "deblur+": ("superres+",),
    "blacks-": ("contrast+",),
    "blacks+": ("contrast-", "shadows+"),
    "whites+": ("highlights+",),
    "whites-": ("highlights-",),
    "highlights-": ("whites-",),
    "highlights+": ("whites+",),
}
"""What a reaction on a step may sound like beside its own name, where no other step of the plan has that name."""

OF_THE_PLAN: Final[dict[Reader, float]] = {"english": 1.0, "multilingual": 4.0}
"""How much likelier a reaction is about what has just been done than about anything else, beside layers that know no plan."""

LEAST: Final = 0.3
"""Probability from which a reaction counts; below it the sentence is read as a wish."""

SURE: Final = 0.9
"""From here on it counts before what the rules of the grammar read, where they do not know every word."""


class ReactionsError(InstallationError):
    """A layer's file is missing or damaged; the message is a sentence for the user."""


ENGLISH: Final = FOLDER / "reactions_english.safetensors"
_WHAT: Final = "understands what is said of a result"


def file(kind: Literal["acts", "wants"]) -> Path:
    """Where a layer for other languages ships."""
    return FOLDER / f"reactions_{kind}_multilingual.safetensors"


@cache
def _english() -> AttentiveReading:
    """Raises ReactionsError."""
    return read_attentive(read_tensors(ENGLISH, _WHAT, (*ACTS, *WANTS), ReactionsError)[0])


@cache
def _layers() -> tuple[SoftmaxLayer, SoftmaxLayer]:
    """Of acts and of wants. Raises ReactionsError."""
    return read_layer(file("acts"), _WHAT, ACTS, ReactionsError), read_layer(file("wants"), _WHAT, WANTS, ReactionsError)


def standing(names: Collection[str]) -> np.ndarray:
    """(wants,), 1 for each that stands in a plan: "exposure+", "temperature-"."""
    return np.array([name in names for name in WANTS], np.float32)


def _name(step: Step) -> str:
    name = "exposure" if step.task == "lowlight" else step.task
    return f"{name}{'-' if step.amount is not None and step.amount < 0 else '+'}"


def _odds(text: str, steps: Sequence[Step], reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    """(acts,) and (wants,), each sums to 1."""
    if reader == "multilingual":
        from . import multilingual

        seen = multilingual.encode([text])[0]
        acts, wants = _layers()
        return acts.probabilities(seen), wants.probabilities(seen)
    from . import adapted

    logits = _english().logits(adapted.words(text), standing({_name(step) for step in steps}))
    return softmax(logits[: len(ACTS)]), softmax(logits[len(ACTS) :])


def read(text: str, steps: Sequence[Step], reader: Reader, least: float = LEAST) -> Said:
    """What a sentence says of a plan of these steps; nothing (false) where it is a wish of its own, or nothing has at least this
    probability.

    Raises ReactionsError, and what the encoders raise.
    """
    acts, wants = _odds(text, steps, reader)
    found = weighed(_named(ACTS, acts), _named(WANTS, wants), steps, OF_THE_PLAN[reader])
    probability, said = max(found, key=lambda pair: pair[0])
    return said if probability >= least else Said()


def _named(names: Sequence[str], odds: np.ndarray) -> dict[str, float]:
    return dict(zip(names, map(float, odds), strict=True))


def weighed(
    acts: dict[str, float], wants: dict[str, float], steps: Sequence[Step], of_the_plan: float = 4.0
) -> list[tuple[float, Said]]:
    """Everything that a reaction on a plan may say, with its probability; a wish of its own is the empty Said. of_the_plan: see
    `OF_THE_PLAN`."""
    found = [(acts[name], Said(action=name)) for name in ("undo", "again", "reset", "why")]
    found.append((acts["praise"], Said(praise=True)))
    ways = _ways(wants, steps)
    known = sum(ways.values())
    scale = acts["change"] / (1 + (of_the_plan - 1) * known)
    changed = {way: scale * of_the_plan * share for way, share in ways.items()}
    found.append((acts["other"] + scale * (1 - known), Said()))
    weaker, stronger = acts["less"], acts["more"]
    tasks = list(dict.fromkeys(step.task for step in steps))
    if len(tasks) == 1:  # all of the plan is this step
        weaker += changed.pop((tasks[0], -1))
        stronger += changed.pop((tasks[0], 1))
    found += [(weaker, Said(factor=LESS)), (stronger, Said(factor=MORE))]
    found += [(p, Said(factor=MORE if way > 0 else LESS, targets=(task,))) for (task, way), p in changed.items()]
    for task in tasks:
        share = (ways[task, 1] + ways[task, -1]) / known if known else 1 / len(tasks)
        found.append((acts["drop"] * share, Said(drops=(task,))))
    return found


def _ways(wants: dict[str, float], steps: Sequence[Step]) -> dict[tuple[str, int], float]:
    """(task, 1 further or -1 back) -> how likely the person would have that of the picture."""
    signs = {step.task: 1 if step.amount is None or step.amount > 0 else -1 for step in steps}
    own = {f"{task}{sign}" for task in signs for sign in "+-"}
    ways = {}
    for task, sign in signs.items():
        for way in (1, -1):
            name = f"{task}{'+' if sign * way > 0 else '-'}"
            kin = (other for other in KIN.get(name, ()) if other not in own)
            ways[task, way] = wants.get(name, 0.0) + sum(wants[other] for other in kin)
    return ways
