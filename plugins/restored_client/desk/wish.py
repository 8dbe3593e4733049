"""What a person asks for, in every host: the words, the plan, how much, how large, and where the result goes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Final, Mapping, Optional, Sequence, Tuple

from ..wire.answers import is_plan
from ..wire.checks import is_model_name
from ..wire.limits import QUALITIES as QUALITIES
from ..wire.limits import SCALES as SCALES
from ..wire.order import AGAIN, Asked

NEW_LAYER: Final = "new-layer"
REPLACE: Final = "replace"
NEW_IMAGE: Final = "new-image"
MASKED: Final = "masked-layer"
"""All of the layer restored on a new one, whose mask is what is selected."""

OUTPUTS: Final = (NEW_LAYER, REPLACE)
"""What can be chosen in every host; a larger picture is always a new image."""

AS_SAID: Final = 0
"""In place of a scale: as large as the plan or the words say."""

TITLE_LENGTH: Final = 60

_NUMBERED: Final = re.compile(r" #\d+$")
"""What GIMP adds to a name that another layer has."""

_FORMER: Final = {"in-place": REPLACE, "new-document": NEW_IMAGE}  # names that the Krita adapter kept in settings

_NO_TEXT: Final = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of pairs, separators of lines and paragraphs
_NO_XML: Final = "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # most turn the rest of a line round


@dataclass(frozen=True)
class Wish(Asked):
    """One restoration as it is asked for in a host: what is asked of the picture, and where the result goes.

    plan: the plan as edited, or None to have the instruction understood anew. key: equal keys mean equal pixels at equal
    strength and texture (`PlanEdit.key`).
    """

    instruction: str = ""
    plan: Optional[Dict[str, Any]] = None
    quality: str = QUALITIES[0]
    output: str = NEW_LAYER
    key: Tuple[Any, ...] = ()

    @property
    def of_a_result(self) -> bool:
        """Whether it was said of a result, as "a bit less", and means nothing without it."""
        return is_of_a_result(self.plan)

    @property
    def where(self) -> str:
        """Where the result goes: a larger picture does not fit into the image it came from."""
        return self.output if self.scale == 1 else NEW_IMAGE

    def recall(self) -> Dict[str, Any]:
        """What is remembered of it, to do the same to another picture: plain values for JSON."""
        return {**{name: getattr(self, name) for name in AGAIN}, "output": self.output}


def is_of_a_result(plan: Optional[Mapping[str, Any]]) -> bool:
    """Whether a plan came of words about a result: only such a plan says what is to be done with it."""
    return bool((plan or {}).get("action"))


def remembered(settings: Dict[str, Any], outputs: Sequence[str] = OUTPUTS) -> Optional[Wish]:
    """The wish of a preset, a recipe or `Wish.recall`; what is missing or wrong is as usual, and so is an output that is none of
    `outputs`. None when it asks for nothing."""
    plan, strength, scale = settings.get("plan"), settings.get("strength"), settings.get("scale")
    instruction, model = settings.get("instruction"), settings.get("model")
    wish = Wish(
        instruction=instruction if isinstance(instruction, str) else "",
        plan=plan if is_plan(plan) else None,
        strength=fraction(strength, 1.0),
        scale=scale if scale in SCALES and not isinstance(scale, bool) else 1,
        output=output_of(settings.get("output"), outputs),
        model=model if is_model_name(model) else None,
        texture=fraction(settings.get("texture"), 0.0),
        quality=quality_of(settings.get("quality")),
    )
    return wish if wish.instruction.strip() or wish.plan else None


def quality_of(name: object) -> str:
    """One of QUALITIES; the first when it is none."""
    return name if isinstance(name, str) and name in QUALITIES else QUALITIES[0]


def output_of(name: object, outputs: Sequence[str] = OUTPUTS) -> str:
    """One of what a host has, also for what earlier versions called it."""
    known = _FORMER.get(name, name) if isinstance(name, str) else NEW_LAYER
    return known if known in outputs else NEW_LAYER


def fraction(value: object, default: float) -> float:
    """A number of a file or a host's settings, clamped to [0, 1]; the default when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return default
    return float(min(1.0, max(0.0, value)))


def title(wish: Wish, label: Callable[[Dict[str, Any]], str]) -> str:
    """The name of a result: the instruction on one line, else what was done (`label` names a step).

    What was said of a result, such as "a bit less", says nothing by itself.
    """
    words = " ".join(one_line(wish.instruction).split())
    if not words or wish.of_a_result:
        words = ", ".join(label(step) for step in (wish.plan or {}).get("steps", ())) or words
    return words if len(words) <= TITLE_LENGTH else words[: TITLE_LENGTH - 1].rstrip() + "…"


def title_of_adjusted(name: str, recipe: Dict[str, Any], wish: Wish, label: Callable[[Dict[str, Any]], str]) -> str:
    """What a result is called after it was adjusted: one that a person gave a name of their own keeps it.

    name: what it is called now. recipe: how it was made, as `remembered` reads it.
    """
    made = remembered(recipe)
    ours = made is not None and _NUMBERED.sub("", name) in (title(made, label), title(replace(made, plan=None), label))
    return title(wish, label) if ours else name


def one_line(text: str) -> str:
    """Without what is no text: a host may write a layer's name into its file as it is, and could not open that file again."""
    return "".join(" " if unicodedata.category(letter) in _NO_TEXT or letter in _NO_XML else letter for letter in text)
