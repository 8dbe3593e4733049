"""Why a plan does nothing, in a sentence that can be translated. The daemon's own `message` is English and may say more."""

from __future__ import annotations

from typing import Any, Dict

from .catalogue import Catalogue

SENTENCES: Dict[str, str] = {
    "empty": "Say what is wrong with the picture, for example “remove the noise and brighten it”.",
    "off_topic": "That does not name anything that can be restored, so nothing will be changed.",
    "asks_to_add": "That asks to add something. This tool only takes damage away, so nothing will be changed.",
    "asks_to_keep": "That asks to leave the picture as it is, so nothing will be changed.",
    "not_understood": "I did not understand what should be restored, so nothing will be changed.",
    "cannot_yet": "That is understood but cannot be done yet, so nothing will be changed.",
    "not_english": "I could not read this sentence, so nothing will be changed.",
}


def sentence(plan: Dict[str, Any], catalogue: Catalogue) -> str:
    """Why `plan` does nothing: translated where there is a translation, else the daemon's own words."""
    said = str(plan.get("message") or "")
    own = catalogue.sentence(said)
    if said and own != said:  # the daemon's own words say more, and are translated
        return own
    general = SENTENCES.get(str(plan.get("reason")), "")
    translated = catalogue.gettext(general) if general else ""
    if translated != general:
        return translated
    return str(plan.get("message") or general)
