"""What a step is called where it stands as something to be done: "Brighten", not "too dark"."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Final, List, Mapping, Tuple

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

UNSURE: Final = 0.6
"""Steps understood with less confidence than this are drawn with a dashed edge and say so."""


def deed(step: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """What this step does, in the user's language. `step` has "task" (or "id") and mostly "label" and "deed", as on the wire."""
    task = str(step.get("task") or step.get("id") or "")
    label, by_hand = _without_a_place_by_hand(step, str(step.get("label") or task), translate)
    what, *where = label.split(", ")
    if task in DEEDS and not step.get("part"):
        said = translate(DEEDS[task])
        place = _PLACE.search(label)  # a task's own name may have commas: "scratches, dust and holes, only the sky"
        where = label[place.end() :].split(", ") if place else []
    else:
        amount = _AMOUNT.search(what)  # "warmer 40 %": the direction has a translation of its own
        name = translate(what[: amount.start()] if amount else what)
        said = name[:1].upper() + name[1:] + (_amount(amount, translate) if amount else "")
    return translate(", ").join([said, *map(translate, where), *by_hand])


def _without_a_place_by_hand(step: Mapping[str, Any], label: str, translate: Callable[[str], str]) -> Tuple[str, List[str]]:
    """A step's label without the place that only the person can show, and that place in their own words: the engine's label has
    its guess, which is not where the step is done."""
    region = step.get("region")
    place = str(region.get("by_hand") or "") if isinstance(region, Mapping) else ""
    if not isinstance(region, Mapping) or not place:
        return label, []
    guess = str(region.get("label") or "").rpartition(", ")[2] if region.get("places") else str(region.get("label") or "")
    said = translate("not “{place}”" if region.get("outside") else "only “{place}”").format(place=place)
    return label[: -len(guess)].rstrip(", ") if guess and label.endswith(guess) else label, [said]


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
