"""What a step is called where it stands as something to be done: "Brighten", not "too dark"."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Final, Mapping

DEEDS: Final[Dict[str, str]] = {
    "denoise": "Remove noise",
    "deblur": "Sharpen",
    "derain": "Remove rain",
    "dehaze": "Clear haze",
    "desnow": "Remove snow",
    "lowlight": "Brighten",
    "superres": "Add detail",
    "enhance": "Improve colour and tone",
    "dejpeg": "Remove JPEG artefacts",
    "inpaint": "Fill scratches, dust and holes",
}
"""Task -> deed. A task that a newer engine knows and this table does not is called by the engine's own label."""

DIRECTIONS: Final = (
    ("brighter", "darker"),
    ("more contrast", "less contrast"),
    ("more saturated", "less saturated"),
    ("more vibrant", "less vibrant"),
    ("warmer", "cooler"),
    ("towards magenta", "towards green"),
    ("brighter shadows", "darker shadows"),
    ("brighter highlights", "darker highlights"),
    ("lifted blacks", "deeper blacks"),
    ("brighter whites", "softer whites"),
    ("black and white",),
)
"""What adjustments are called by the engine."""

_AMOUNT: Final = re.compile(r" ([\d.]+) (%|stops?)$")

_PLACE: Final = re.compile(r", (?=only |not )")

_BY_HAND: Final = re.compile(r"(only|not) “(.+)”$")

_BETWEEN: Final = re.compile(r", (?![^“]*”)")
"""The commas of a label, but those of a person's own words."""

UNSURE: Final = 0.6
"""Steps understood with less confidence than this are drawn with a dashed edge and say so."""


def deed(step: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """What this step does, in the user's language. `step` has "task" (or "id") and mostly "label" and "deed", as on the wire."""
    task = str(step.get("task") or step.get("id") or "")
    label = str(step.get("label") or task)
    what, *where = _BETWEEN.split(label)
    if task in DEEDS and not step.get("part"):
        said = translate(DEEDS[task])
        place = _PLACE.search(label)  # a task's own name may have commas: "scratches, dust and holes, only the sky"
        where = _BETWEEN.split(label[place.end() :]) if place else []
    else:
        amount = _AMOUNT.search(what)  # "warmer 40 %": the direction has a translation of its own
        name = translate(what[: amount.start()] if amount else what)
        said = name[:1].upper() + name[1:] + (_amount(amount, translate) if amount else "")
    return translate(", ").join([said, *(_where(each, translate) for each in where)])


def _where(said: str, translate: Callable[[str], str]) -> str:
    """A place of a label: one that only the person can show stands there in their own words."""
    by_hand = _BY_HAND.match(said)
    if by_hand is None:
        return translate(said)
    form = translate("not “{place}”" if by_hand.group(1) == "not" else "only “{place}”")
    return form.format(place=by_hand.group(2))


def _amount(found: re.Match[str], translate: Callable[[str], str]) -> str:
    """ " 0.7 stops" as it is written where a person reads it: " 0,7 Blenden"."""
    number, unit = found.groups()
    number = number.replace(".", translate("."))
    words = {"stop": "%s stop", "stops": "%s stops"}.get(unit)
    return f" {translate(words) % number}" if words else f" {number} {unit}"


def unsure(step: Mapping[str, Any]) -> bool:
    """Whether it is doubtful that this step was meant."""
    confidence = step.get("confidence", 1.0)
    return isinstance(confidence, (int, float)) and confidence < UNSURE
