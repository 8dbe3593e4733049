"""What a step is called where it stands as something to be done: "Brighten", not "too dark"."""

from __future__ import annotations

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
    "inpaint": "Fill in what is missing",
}
"""Task -> deed. A task that a newer engine knows and this table does not is called by the engine's own label."""

UNSURE: Final = 0.6
"""Steps understood with less confidence than this are drawn with a dashed edge and say so."""


def deed(step: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """What this step does, in the user's language. `step` has "task" (or "id") and mostly "label" and "deed", as on the wire."""
    task = str(step.get("task") or step.get("id") or "")
    own = step.get("deed")
    if isinstance(own, str) and own:
        return translate(own)
    if task in DEEDS:
        return translate(DEEDS[task])
    label = translate(str(step.get("label") or task))
    return label[:1].upper() + label[1:]


def unsure(step: Mapping[str, Any]) -> bool:
    """Whether it is doubtful that this step was meant."""
    confidence = step.get("confidence", 1.0)
    return isinstance(confidence, (int, float)) and confidence < UNSURE
