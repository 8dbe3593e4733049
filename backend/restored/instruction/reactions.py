"""What is said of a result where no rule of the grammar reads it ("her skin went to plastic", "where did the mood go?"): two
layers of ours on the sentence's vector, one for what kind of reaction it is, one for what the person would change of the picture
as it is now. Which step of the plan that is, and whether it goes further or back, follows from the plan."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np

from restored.ground.errors import InstallationError

from .grammar import LESS, MORE, Said
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

OF_THE_PLAN: Final = 4.0
"""How much likelier a reaction is about what has just been done than about anything else, beside the layer that knows no plan."""

LEAST: Final = 0.3
"""Probability from which a reaction counts; below it the sentence is read as a wish."""


class ReactionsError(InstallationError):
    """A layer's file is missing or damaged; the message is a sentence for the user."""


def file(kind: Literal["acts", "wants"], reader: Reader) -> Path:
    """Where a layer ships."""
    return FOLDER / f"reactions_{kind}_{reader}.safetensors"


@cache
def _layers(reader: Reader) -> tuple[SoftmaxLayer, SoftmaxLayer]:
    """Of acts and of wants. Raises ReactionsError."""
    what = "understands what is said of a result"
    return read_layer(file("acts", reader), what, ACTS, ReactionsError), read_layer(
        file("wants", reader), what, WANTS, ReactionsError
    )


def vector(text: str, reader: Reader) -> np.ndarray:
    """The sentence as its encoder sees it: (384,) or (512,) float32, of length 1. Raises what the encoders raise."""
    if reader == "multilingual":
        from . import multilingual

        return multilingual.encode([text])[0]
    from . import encoder, head

    pooled = encoder.encode([head.load().speller.normalise(text).text]).pooled[0]
    return pooled / max(float(np.linalg.norm(pooled)), 1e-6)


def read(text: str, steps: Sequence[Step], reader: Reader) -> Said:
    """What a sentence says of a plan of these steps; nothing (false) where it is a wish of its own, or nothing is likely enough.

    Raises ReactionsError, and what the encoders raise.
    """
    layers = _layers(reader)
    seen = vector(text, reader)
    acts, wants = (
        dict(zip(names, map(float, layer.probabilities(seen)), strict=True))
        for names, layer in zip((ACTS, WANTS), layers, strict=True)
    )
    probability, said = max(weighed(acts, wants, steps), key=lambda pair: pair[0])
    return said if probability >= LEAST else Said()


def weighed(acts: dict[str, float], wants: dict[str, float], steps: Sequence[Step]) -> list[tuple[float, Said]]:
    """Everything that a reaction on a plan may say, with its probability; a wish of its own is the empty Said."""
    found = [(acts[name], Said(action=name)) for name in ("undo", "again", "reset", "why")]
    found.append((acts["praise"], Said(praise=True)))
    ways = _ways(wants, steps)
    known = sum(ways.values())
    scale = acts["change"] / (1 + (OF_THE_PLAN - 1) * known)
    changed = {way: scale * OF_THE_PLAN * share for way, share in ways.items()}
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


READERS: Final[tuple[Reader, ...]] = get_args(Reader)
