"""What is said of a result where no rule of the grammar reads it ("her skin went to plastic", "where did the mood go?"): what
kind of reaction it is, and what the person would change of the picture as it is now. In English layers of ours read it from the
adapted encoder's words beside the plan that stands, several changes at once; in other languages from the sentence's vector, one.
Which step of the plan is meant, and whether it goes further or back, follows from the plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import sigmoid, softmax
from .attentive import AttentiveReading, read_attentive
from .grammar import LESS, MORE, Said
from .layer_files import read_tensors
from .plan import Step
from .softmax_layer import SoftmaxLayer, read_layer

FOLDER: Final = Path(__file__).with_name("head_files")

Reader = Literal["english", "multilingual"]
"""Whose vectors a layer reads: all-MiniLM's, or those of the encoder for other languages."""

ACTS: Final = ("change", "less", "more", "drop", "limit", "undo", "again", "reset", "why", "praise", "other")
"""change: something of the picture, one of the plan's steps further or back, or a new wish; less, more: all of the plan; drop:
one step is not wanted at all; limit: wanted, but only in one place; praise: it stays; other: nothing of the picture."""

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

WANTED: Final = 0.5
"""Probability from which a want counts beside another."""

LEAST: Final = 0.3
"""Probability from which a reaction counts; below it the sentence is read as a wish."""

SURE: Final = 0.6
"""From here on it counts before what the rules of the grammar read, where the sentence is no short command."""


SURER: Final = 0.97
"""And before it reads a short command."""


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


def read(text: str, steps: Sequence[Step], reader: Reader, least: float = LEAST) -> tuple[Said, ...]:
    """What a sentence says of a plan of these steps, one thing after the other; nothing where it is a wish of its own, or nothing
    has at least this probability.

    Raises ReactionsError, and what the encoders raise.
    """
    if reader == "multilingual":
        from . import multilingual

        seen = multilingual.encode([text])[0]
        acts, wants = (_named(names, layer.probabilities(seen)) for names, layer in zip((ACTS, WANTS), _layers(), strict=True))
        found = [(p, (said,)) for p, said in weighed(acts, wants, steps, OF_THE_PLAN[reader])]
    else:
        from . import adapted

        logits = _english().logits(adapted.words(text), standing({_name(step) for step in steps}))
        acts = _named(ACTS, softmax(logits[: len(ACTS)]))
        wants = _named(WANTS, sigmoid(logits[len(ACTS) :]))
        found = read_together(acts, wants, steps, spoken_of(adapted.read(text), steps))
    probability, all_said = max(found, key=lambda pair: pair[0])
    return tuple(said for said in all_said if said) if probability >= least else ()


def spoken_of(said: Mapping[str, float], steps: Sequence[Step]) -> tuple[str, ...]:
    """The steps that a sentence, read as a wish, speaks of. said: class -> probability."""
    return tuple(dict.fromkeys(step.task for step in steps if max(said.get(name, 0.0) for name in _classes_of(step)) >= WANTED))


def _classes_of(step: Step) -> set[str]:
    """What a wish for a step may be read as."""
    return {step.task} | ({_name(step)} if step.amount is not None else {"exposure+"} if step.task == "lowlight" else set())


def read_together(
    acts: dict[str, float], wants: dict[str, float], steps: Sequence[Step], spoken: tuple[str, ...] = ()
) -> list[tuple[float, tuple[Said, ...]]]:
    """Everything that a reaction on a plan may say, with its probability, where each want has one of its own: several steps
    further or back, and new ones beside them. spoken: the steps that it names."""
    ways = {way: min(1.0, share) for way, share in _ways(wants, steps).items()}
    about = {name for step in steps for name in _names_of(step)}
    moved = [way for way, share in ways.items() if share >= WANTED and share >= ways[way[0], -way[1]]]
    new = [name for name, share in wants.items() if share >= WANTED and name not in about]
    found = [(p, (said,)) for p, said in weighed(acts, wants, steps, 1.0, max(1.0, sum(ways.values())))]
    if new or len(moved) > 1:
        sure = min([*(ways[way] for way in moved), *(wants[name] for name in new)])
        several = [Said(factor=MORE if way > 0 else LESS, targets=(task,)) for task, way in moved]
        several += [Said(adds=tuple(new))] if new else []
        found = [(p, said) for p, said in found if not said[0].targets and said[0]]
        found += [(acts["change"] * sure, tuple(several)), (acts["other"], (Said(),))]
    kept = tuple(task for (task, way), share in ways.items() if way > 0 and share >= WANTED)
    kept = kept if 0 < len(kept) < len(ways) / 2 else spoken
    if 0 < len(kept) < len(ways) / 2:
        found = [(p, (replace(said[0], targets=kept),) if said[0].only else said) for p, said in found]
    return found


def _names_of(step: Step) -> set[str]:
    """The wants that are about a step, its kin among them."""
    name = _name(step)[:-1]
    both = {f"{name}{sign}" for sign in "+-"} | {f"{step.task}{sign}" for sign in "+-"}
    return both | {other for one in both for other in KIN.get(one, ())}


def _named(names: Sequence[str], odds: np.ndarray) -> dict[str, float]:
    return dict(zip(names, map(float, odds), strict=True))


def weighed(
    acts: dict[str, float], wants: dict[str, float], steps: Sequence[Step], of_the_plan: float = 4.0, total: float = 1.0
) -> list[tuple[float, Said]]:
    """Everything that a reaction on a plan may say, with its probability; a wish of its own is the empty Said. of_the_plan: see
    `OF_THE_PLAN`; total: what all wants together may have."""
    found = [(acts[name], Said(action=name)) for name in ("undo", "again", "reset", "why")]
    found.append((acts["praise"], Said(praise=True)))
    ways = {way: share / total for way, share in _ways(wants, steps).items()}
    known = sum(ways.values())
    scale = acts["change"] / (1 + (of_the_plan - 1) * known)
    changed = {way: scale * of_the_plan * share for way, share in ways.items()}
    found += [(acts["other"] + scale * max(0.0, 1 - known), Said()), (acts["limit"], Said(only=True))]
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
