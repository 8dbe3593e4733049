"""What is said of a result where no rule of the grammar reads it ("her skin went to plastic", "where did the mood go?"): what
kind of reaction it is, and what the person would change of the picture as it is now. In English layers of ours read it from the
adapted encoder's words beside the plan that stands, several changes at once; in other languages from the sentence's vector, one.
Which step of the plan is meant, and whether it goes further or back, follows from the plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np

from restored.ground.errors import InstallationError

from .arithmetic import LINEAR, sigmoid, softmax
from .attentive import AttentiveReading, read_attentive
from .grammar import LESS, MORE, Said
from .layer_files import read_tensors
from .plan import Step
from .softmax_layer import SoftmaxLayer, read_layer
from .word_places import PlaceWord, place_words

FOLDER: Final = Path(__file__).with_name("head_files")

Reader = Literal["english", "multilingual"]
"""Whose vectors a layer reads: all-MiniLM's, or those of the encoder for other languages."""

ACTS: Final = ("change", "less", "more", "drop", "limit", "undo", "again", "reset", "why", "praise", "other")
"""change: something of the picture, one of the plan's steps further or back, or a new wish; less, more: all of the plan; drop:
one step is not wanted at all; limit: wanted, but only in one place; praise: it stays; other: nothing of the picture."""

NAMES: Final = (
    *("denoise", "deblur", "derain", "desnow", "dehaze", "superres", "dejpeg", "enhance", "inpaint"),
    *("exposure", "contrast", "saturation", "vibrance", "temperature", "tint", "shadows", "highlights", "blacks", "whites"),
    "black_and_white",
)
WANTS: Final = tuple(f"{name}{sign}" for name in NAMES for sign in "+-")
"""What the person would have more or less of: "denoise-" is a picture that has been smoothed too far."""

OUTPUTS: Final = (*ACTS, *WANTS, *(f"not {name}" for name in NAMES), *(f"{name}@" for name in NAMES))
"""Of an English sentence: its act, the wants, and which steps are not wanted at all or are meant in one place."""

SAYS: Final = ("where", "left out")
"""Of each of its words: whether it says where, and whether nothing shall be done there."""

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

CONTENT: Final[dict[Reader, float]] = {"english": 0.8, "multilingual": 0.0}
"""Probability from which a sentence is praise: much that is said of other things sounds content."""

WANTED: Final = 0.5
"""Probability from which a want counts beside another."""

HINTED: Final = 0.1
NEAR: Final = 0.6
"""Of a sentence that strikes out or limits, the steps of this probability at least, and of this share of the likeliest one's."""

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


@dataclass(frozen=True, slots=True)
class EnglishReader:
    """reading: of the adapted encoder's words, beside a plan, to `OUTPUTS`; place: of each word, to `SAYS`."""

    reading: AttentiveReading
    place: LINEAR

    def heard(self, words: np.ndarray, names: Collection[str]) -> "ReactionOdds":
        """What words, (T, 384), say of a plan of these steps."""
        logits = self.reading.logits(words, standing(names))
        acts, wants, drops, placed = np.split(logits, np.cumsum([len(ACTS), len(WANTS), len(NAMES)]))
        return ReactionOdds(
            _named(ACTS, softmax(acts)),
            *(_named(to, sigmoid(row)) for to, row in ((WANTS, wants), (NAMES, drops), (NAMES, placed))),
        )


@dataclass(frozen=True, slots=True)
class ReactionOdds:
    """Probabilities: of each act, all together 1; of each want; of each step, by its name, that it is not wanted at all, and that
    it is meant in one place."""

    acts: dict[str, float]
    wants: dict[str, float]
    drops: dict[str, float] = field(default_factory=dict)
    placed: dict[str, float] = field(default_factory=dict)


@cache
def _english() -> EnglishReader:
    """Raises ReactionsError."""
    tensors, _ = read_tensors(ENGLISH, _WHAT, OUTPUTS, ReactionsError)
    return EnglishReader(read_attentive(tensors), (tensors["place.weight"], tensors["place.bias"]))


def places(text: str) -> list[PlaceWord]:
    """What each word of an English sentence on a result says of where something is to change, of no wish by itself.

    Raises ReactionsError, and what the encoder raises."""
    from . import adapted

    return place_words(adapted.words(text), adapted.stands(text), _english().place)


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

        found = read_together(_english().heard(adapted.words(text), {_name(step) for step in steps}), steps)
    probability, all_said = max(found, key=lambda pair: pair[0])
    if all_said == (Said(praise=True),):
        least = max(least, CONTENT[reader])
    return tuple(said for said in all_said if said) if probability >= least else ()


def read_together(reading: ReactionOdds, steps: Sequence[Step]) -> list[tuple[float, tuple[Said, ...]]]:
    """Everything that a reaction on a plan may say, with its probability, where each want has one of its own: several steps
    further, back, struck out or limited to a place, and new ones beside them."""
    acts, wants = reading.acts, reading.wants
    ways = {way: min(1.0, share) for way, share in _ways(wants, steps).items()}
    about = {name for step in steps for name in _names_of(step)}
    new = tuple(name for name, share in wants.items() if share >= WANTED and name not in about)
    struck, there = _named_steps(acts, reading.drops, "drop", steps), _named_steps(acts, reading.placed, "limit", steps)
    changes = [
        (p, said)
        for step in {step.task: step for step in steps}.values()
        for p, said in _change(step.task, struck, there, ways, acts["change"] >= acts["limit"])
    ]
    found = [(p, (said,)) for p, said in weighed(acts, wants, steps, 1.0, max(1.0, sum(ways.values())))]
    if not (new or changes):
        return found
    sure = min([*(p for p, _ in changes), *(wants[name] for name in new)])
    several = [said for _, said in changes] + ([Said(adds=new)] if new else [])
    tasks = list(dict.fromkeys(step.task for step in steps))
    if [said.targets for said in several if said == Said(only=True, targets=said.targets)] == [(task,) for task in tasks]:
        several = [Said(only=True)]  # all of it there
    of_the_plan = acts["change"] + acts["drop"] + acts["limit"]
    if len(tasks) == len(several) == 1 and several[0].factor is not None:  # all of the plan is this step
        of_the_plan += acts["less" if several[0].factor < 1 else "more"]
    found = [(p, said) for p, said in found if not (said[0].targets or said[0].drops or said[0].only) and said[0]]
    return [*found, (of_the_plan * sure, tuple(several)), (acts["other"], (Said(),))]


def _named_steps(acts: Mapping[str, float], odds: Mapping[str, float], act: str, steps: Sequence[Step]) -> dict[str, float]:
    """The steps that an act is about, and how likely that is: those that are likelier than not or, where the act itself is the
    likeliest, those that come near the likeliest of them."""
    of = {step.task: odds.get(_name(step)[:-1], 0.0) for step in steps}
    most = max(of.values(), default=0.0)
    if most < WANTED and acts[act] >= max(WANTED, *(p for name, p in acts.items() if name != act)) and most >= HINTED:
        return {task: acts[act] * p / most for task, p in of.items() if p >= NEAR * most}
    return {task: p for task, p in of.items() if p >= WANTED}


def _change(
    task: str, struck: Mapping[str, float], there: Mapping[str, float], ways: Mapping[tuple[str, int], float], moves: bool
) -> list[tuple[float, Said]]:
    """What becomes of a step, and how likely that is; nothing where it stays. moves: whether more or less may be meant there."""
    way = max((1, -1), key=lambda way: ways[task, way])
    factor = (MORE if way > 0 else LESS) if ways[task, way] >= WANTED else None
    if struck.get(task, 0.0) > there.get(task, 0.0):
        return [(struck[task], Said(drops=(task,)))]
    if task in there:
        return [(there[task], Said(factor=factor if moves else None, targets=(task,), only=True))]
    return [(ways[task, way], Said(factor=factor, targets=(task,)))] if factor is not None else []


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
